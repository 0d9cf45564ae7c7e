# Two stages: the first makes a virtual environment, the second holds it and nothing else.
ARG PYTHON_VERSION=3.13

FROM python:${PYTHON_VERSION}-slim-trixie AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

# pip works from outside the environment: left in it, it would be 11 MB that nothing uses.
RUN python -m venv --without-pip /opt/cestmoiou
COPY requirements.lock ./
RUN pip --python /opt/cestmoiou/bin/python install --require-hashes --only-binary=:all: -r requirements.lock
# Out goes what nothing reads at run time, 95 MB in all:
# - zstandard's second back end, for PyPy (CPython loads the C one);
# - Babel's locales, but for the languages the bot speaks or is to speak (root.dat is the base of them all);
# - rapidfuzz's second build, for newer processors (it falls back on the plain one);
# - Pygments' lexers: rich draws tables here, and colours no code;
# - the C and Cython sources of compiled modules, and the debug symbols that some of them are shipped with.
# (Any binutils will do; it does not reach the image.)
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends binutils && rm -rf /var/lib/apt/lists/* && \
    find /opt/cestmoiou/lib -regextype posix-extended -type f \( \
      -path '*/zstandard/_cffi.*.so' \
      -o -path '*/babel/locale-data/*.dat' ! -regex '.*/(root|(ca|de|en|es|fr|it|nl|pt)(_[A-Za-z0-9_]+)?)\.dat' \
      -o -regex '.*/(selectolax|sqlalchemy)/.*\.(c|pyx|pxd|pxi)' \
      -o -path '*/rapidfuzz/*_avx2.*.so' \
      -o -regex '.*/pygments/lexers/.*\.pyc?' ! -regex '.*/(__init__|_mapping)\..*' \
    \) -delete && \
    find /opt/cestmoiou/lib -regextype posix-extended \
      -regex '.*/(zstandard|sqlalchemy|aiohttp|multidict|frozenlist|propcache)/.*\.so' -exec strip --strip-debug {} +

COPY requirements-build.lock ./
RUN pip install --require-hashes --only-binary=:all: -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY config config
# The wheel is made by the hashed hatchling above. Everything belongs to root: the bot cannot change its own code.
RUN pip wheel --no-build-isolation --no-deps --wheel-dir dist . && \
    pip --python /opt/cestmoiou/bin/python install --no-deps --no-index dist/*.whl && \
    chmod -R u=rwX,go=rX config


FROM python:${PYTHON_VERSION}-slim-trixie
LABEL org.opencontainers.image.title="cestmoiou" \
      org.opencontainers.image.description="A bot for Mastodon and Bluesky that confirms outages: is it just me, or is it down?" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
ENV PATH=/opt/cestmoiou/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CESTMOIOU_CONFIG_DIR=/etc/cestmoiou \
    CESTMOIOU_DATA_DIR=/data
# A fixed number, so that the owner of a mounted folder can be set before the first start.
RUN groupadd --gid 10001 bot && \
    useradd --uid 10001 --gid bot --home-dir /data --no-create-home --no-log-init --shell /usr/sbin/nologin bot && \
    install -d -o bot -g bot -m 0750 /data
COPY --from=builder /opt/cestmoiou /opt/cestmoiou
COPY --from=builder /build/config /etc/cestmoiou
USER 10001:10001
VOLUME /data
WORKDIR /data
# It asks whether the work goes on (polls that come to their end), not whether a port answers.
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --start-interval=2s --retries=3 \
  CMD ["cestmoiou", "healthcheck"]
ENTRYPOINT ["cestmoiou"]
CMD ["run"]
