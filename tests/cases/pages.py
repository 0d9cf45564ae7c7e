"""Scenes of walls and of pages that are not the site; one of each id in cases.json."""

from collections.abc import Callable, Coroutine

from bot.model import History
from tests.cases.connecting import Outcome
from tests.cases.stage import Site, look_at, told
from tests.servers.misbehaving import OTHER, answer, redirect

NAVIGATION = "".join(f'<li><a href="/rubrique/{n}">Rubrique {n}</a></li>' for n in range(30))
TEXT = "<p>" + "Lorem ipsum dolor sit amet. " * 100 + "</p>"


def shows(
    status: int, page: str, *headers: str, history: History | None = None
) -> Callable[[], Coroutine[object, object, Outcome]]:
    """A plain site that shows a page."""

    async def scene() -> Outcome:
        return told(await look_at(Site(answer(status, page.encode(), *headers)), history=history))

    return scene


def html(title: str, body: str = "") -> str:
    """A page."""
    return f"<!doctype html><html><head><title>{title}</title></head><body>{body}</body></html>"


async def moved_and_renamed() -> Outcome:
    site = Site(
        redirect("http://casino.example/"),
        names={"casino.example": [OTHER]},
        doors={(OTHER, 80): answer(200, html("Meilleurs bonus 2026", NAVIGATION + TEXT).encode())},
    )
    usual = History(usual_status=200, usual_title="Bibliothèque", usual_host="site.example")
    return told(await look_at(site, history=usual))


CF = ("Server: cloudflare", "CF-RAY: 8f1-CDG")
CHALLENGE = html("Just a moment...", '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script>')
BLOCK_1020 = html("Attention Required! | Cloudflare", "<h1>Access denied</h1><p>Error code: 1020</p>")
LIMITED_1015 = html("Access denied", "<h1>Error 1015</h1><p>You are being rate limited</p>")
IMPERVA = '<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX, NOFOLLOW"></head><body><iframe id="main-iframe" src="/_Incapsula_Resource?CWUDNSAI=18&incident_id=1-2">Request unsuccessful. Incapsula incident ID: 1-2</iframe></body></html>'  # noqa: E501
ANUBIS = html(
    "Making sure you're not a bot!",
    '<script id="anubis_version" type="application/json">"1.18"</script>'
    '<script id="anubis_challenge" type="application/json">{"challenge":"ab"}</script>'
    "<h1>Making sure you&#39;re not a bot!</h1>",
)
F5 = "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your administrator.<br><br>Your support ID is: 7291</body></html>"  # noqa: E501
AKAMAI = '<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don\'t have permission to access "http&#58;&#47;&#47;site&#46;example&#47;" on this server.<P>Reference&#32;&#35;18&#46;2f<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18</BODY></HTML>'  # noqa: E501
DATADOME = html("site.example", '<p>Please enable JS</p><script src="https://ct.captcha-delivery.com/c.js"></script>')
PERIMETERX = html("Access to this page has been denied", '<div id="px-captcha"></div>')
TURNSTILE = html("Vérification", '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>')
CSP = "Content-Security-Policy: script-src 'self' https://cdnjs.cloudflare.com https://www.google.com/recaptcha/"
FORM = html("Contact – Bibliothèque", NAVIGATION + TEXT + '<form><div class="h-captcha" data-sitekey="x"></div></form>')
FRONT = html("Bibliothèque", NAVIGATION + TEXT)
NGINX = html(
    "Welcome to nginx!", "<h1>Welcome to nginx!</h1><p>If you see this page, the nginx web server is installed.</p>"
)

SCENES = {
    "wall-cf-403": shows(403, CHALLENGE, "cf-mitigated: challenge", *CF),
    "wall-cf-429": shows(429, LIMITED_1015, *CF),
    "wall-cf-1020": shows(403, BLOCK_1020, *CF),
    "wall-aws-405": shows(405, "", "x-amzn-waf-action: captcha"),
    "wall-akamai": shows(403, AKAMAI, "Server: AkamaiGHost"),
    "wall-datadome": shows(403, DATADOME, "X-DataDome: protected"),
    "wall-perimeterx": shows(403, PERIMETERX),
    "wall-imperva-200": shows(200, IMPERVA),
    "wall-anubis-200": shows(200, ANUBIS),
    "wall-vercel-429": shows(429, html("Vercel Security Checkpoint"), "x-vercel-mitigated: challenge"),
    "wall-f5-200": shows(200, F5),
    "wall-turnstile-403": shows(403, TURNSTILE),
    "wall-as-usual": shows(
        403, CHALLENGE, "cf-mitigated: challenge", *CF, history=History(walled_as_usual=True, usual_host="site.example")
    ),
    "wall-false-csp": shows(200, html("Hacker News", NAVIGATION + TEXT), CSP),
    "wall-false-form": shows(200, FORM),
    "wall-false-cf-200": shows(200, FRONT, *CF),
    "content-maint-en": shows(200, html("Scheduled maintenance", "<h1>We'll be back soon</h1>")),
    "content-db-error": shows(200, html("Database Error", "<h1>Error establishing a database connection</h1>")),
    "content-apperror": shows(
        200, "<html><body><h1>Whitelabel Error Page</h1><p>No explicit mapping</p></body></html>"
    ),
    "content-nginx-default": shows(200, NGINX),
    "content-parked": shows(200, html("site.example", "<h1>This domain is for sale</h1>")),
    "content-news-maintenance": shows(
        200, html("Le Journal", NAVIGATION + "<p>La maintenance du pont est en cours. Site en maintenance.</p>" + TEXT)
    ),
    "content-banner": shows(
        200, html("Catalogue", "<div>Maintenance prévue dimanche de 8 h à 10 h</div>" + NAVIGATION + TEXT)
    ),
    "content-big-page-h1": shows(200, html("Guide", "<h1>Maintenance</h1>" + NAVIGATION + TEXT * 20)),
    "content-other-title": moved_and_renamed,
}
