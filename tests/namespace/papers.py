"""Certificates as servers show them, good and bad ones: names, times, chains and keys in, a server's TLS out."""

import contextlib
import ssl
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.namespace.internet import Authorities

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Days = tuple[int, int]
Tune = Callable[[ssl.SSLContext], None]
USUAL: Days = (-30, 300)


def paper(
    *names: str,
    common_name: str = "",
    days: Days = USUAL,
    middle_days: Days = USUAL,
    sent: str = "leaf middle",
    by: str = "trusted",
    rsa_bits: int = 0,
    for_clients: bool = False,
    tune: Tune | None = None,
) -> Callable[[Authorities, str], ssl.SSLContext]:
    """A leaf, signed by an intermediate, signed by an authority; `sent` is what the server shows, in this order.

    "{host}" in a name is the site's; a name that is an address becomes one. `by` is an authority of the world's, or
    "itself". `tune` is what else is done to the server's TLS.
    """

    def make(authorities: Authorities, host: str) -> ssl.SSLContext:
        key = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
        middle_key = ec.generate_private_key(ec.SECP256R1())
        root, root_key = _root(authorities, by)
        middle = _signed("Middle", middle_key, root.subject if root else None, root_key or middle_key, middle_days)
        own = [name.format(host=host) for name in names] or [host]
        itself = by == "itself"
        leaf = _signed(
            common_name.format(host=host) or "leaf",
            key,
            None if itself else middle.subject,
            key if itself else middle_key,
            days,
            names=[] if names == ("",) else own,
            usage=ExtendedKeyUsageOID.CLIENT_AUTH if for_clients else ExtendedKeyUsageOID.SERVER_AUTH,
        )
        stranger = _signed("Stranger", middle_key, None, middle_key, USUAL)
        papers = {"leaf": leaf, "middle": middle, "root": root or middle, "stranger": stranger}
        shown = [papers[part] for part in (["leaf"] if itself else sent.split())]
        return _server(shown, key, tune)

    return make


def _root(authorities: Authorities, by: str) -> tuple[x509.Certificate | None, Key | None]:
    if by == "itself":
        return None, None
    authority = getattr(authorities, by)
    key = load_pem_private_key(authority.private_key_pem.bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
    return x509.load_pem_x509_certificate(authority.cert_pem.bytes()), key


def _signed(
    name: str,
    key: Key,
    issuer: x509.Name | None,
    issuer_key: Key,
    days: Days,
    *,
    names: list[str] | None = None,
    usage: x509.ObjectIdentifier | None = None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(each) for each in names]), critical=False)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return builder.add_extension(authority, critical=False).sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _server(shown: list[x509.Certificate], key: Key, tune: Tune | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if tune is not None:
        tune(context)
    pem = b"".join(each.public_bytes(Encoding.PEM) for each in shown)
    pem += key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    with contextlib.closing(tempfile.NamedTemporaryFile(suffix=".pem")) as file:
        Path(file.name).write_bytes(pem)
        context.load_cert_chain(file.name)
    return context
