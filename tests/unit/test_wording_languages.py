"""What people read in each of the eight languages, and that it fits where it is read."""

import pytest

from bot.model import Cause, CauseId, GiveHelp, GiveVerdicts, Language, Leaning, Verdict, Vote, Word
from bot.wording import cause_words, word
from tests.unit.test_wording_replies import PARIS_TIME, SITUATIONS, VantagePoint, say
from tests.unit.verdict_scenes import CAIRN, NOW

BLUESKY = 300  # graphemes; a character is one at most

DOWN, UP, WALL, HELP = "down from three places", "up", "bot wall", "help"
SAID: dict[Language, dict[str, str]] = {
    Language.SPANISH: {
        DOWN: "Confirmado, no es cosa tuya: Cairn.info no funciona. Visto desde Paris, Rennes y Limoges "
        "(3 de 3 sondas): error del servidor (HTTP 503). Desde: 10:40–10:42.",
        UP: "Cairn.info responde con normalidad desde aquí (0,3 s). "
        "El problema estará más cerca: conexión, proxy, VPN.",
        WALL: "Cairn.info responde, pero un filtro antibots me detiene: no puedo juzgar en lugar de las personas.",
        HELP: "«¿Soy yo o está caído?» Voy a ver sitios y servicios, y digo lo que veo.\n"
        "Basta con mencionarme con un nombre o una dirección: «¿está caído Cairn?», «¿example.org?».",
    },
    Language.GERMAN: {
        DOWN: "Bestätigt, es liegt nicht an dir: Cairn.info ist ausgefallen. Gesehen von Paris, Rennes und Limoges aus "
        "(3 von 3 Sonden): Serverfehler (HTTP 503). Seit 10:40–10:42.",
        UP: "Cairn.info antwortet normal, gesehen von hier aus (0,3 s). "
        "Das Problem liegt wohl näher: Verbindung, Proxy, VPN.",
        WALL: "Cairn.info antwortet, aber ein Botfilter hält mich auf: Für Menschen kann ich das nicht beurteilen.",
        HELP: "„Liegt es an mir, oder ist es down?“ Ich sehe bei Seiten und Diensten nach und sage, was ich sehe.\n"
        "Einfach mit einem Namen oder einer Adresse erwähnen: „Ist Cairn down?“, „example.org?“.",
    },
    Language.ITALIAN: {
        DOWN: "Confermato, non dipende da te: Cairn.info non funziona. Visto da Paris, Rennes e Limoges "
        "(3 sonde su 3): errore del server (HTTP 503). Inizio: 10:40–10:42.",
        UP: "Cairn.info risponde normalmente da qui (0,3 s). "
        "Il problema è probabilmente più vicino: connessione, proxy, VPN.",
        WALL: "Cairn.info risponde, ma un filtro antibot mi ferma: non posso giudicare al posto delle persone.",
        HELP: "«Sono io o è giù?» Vado a vedere siti e servizi, e dico quello che vedo.\n"
        "Basta menzionarmi con un nome o un indirizzo: «Cairn è giù?», «example.org?».",
    },
    Language.PORTUGUESE: {
        DOWN: "Confirmado, não é só por aí: Cairn.info está fora do ar. Visto de Paris, Rennes e Limoges "
        "(3 de 3 sondas): erro do servidor (HTTP 503). Desde: 10:40–10:42.",
        UP: "Cairn.info responde normalmente, visto daqui (0,3 s). O problema deve estar mais perto: "
        "ligação, proxy, VPN.",
        WALL: "Cairn.info responde, mas um filtro antirrobôs impede-me: não posso julgar pelas pessoas.",
        HELP: "«Sou só eu ou está fora do ar?» Vou ver sites e serviços, e digo o que vejo.\n"
        "Basta mencionar-me com um nome ou um endereço: «Cairn está fora do ar?», «example.org?».",
    },
    Language.DUTCH: {
        DOWN: "Bevestigd, het ligt niet aan jou: Cairn.info ligt eruit. Gezien vanuit Paris, Rennes en Limoges "
        "(3 van 3 peilingen): serverfout (HTTP 503). Sinds 10:40–10:42.",
        UP: "Cairn.info antwoordt normaal, gezien vanaf hier (0,3 s). "
        "Het probleem zit waarschijnlijk dichterbij: verbinding, proxy, VPN.",
        WALL: "Cairn.info antwoordt, maar een botfilter houdt me tegen: voor mensen kan ik het niet beoordelen.",
        HELP: "‘Ligt het aan mij, of ligt het eruit?' Ik ga kijken bij sites en diensten, en zeg wat ik zie.\n"
        "Een vermelding met een naam of een adres volstaat: ‘ligt Cairn eruit?', ‘example.org?'.",
    },
    Language.CATALAN: {
        DOWN: "Confirmat, no és cosa teva: Cairn.info no funciona. Vist a Paris, Rennes i Limoges (3 de 3 sondes): "
        "error del servidor (HTTP 503). Des de: 10:40–10:42.",
        UP: "Cairn.info respon amb normalitat, vist des d'aquí (0,3 s). "
        "El problema deu ser més a prop: connexió, proxy, VPN.",
        WALL: "Cairn.info respon, però un filtre antibots m'atura: no puc jutjar en lloc de les persones.",
        HELP: "«Soc jo o ha caigut?» Vaig a veure llocs web i serveis, i dic el que veig.\n"
        "N'hi ha prou d'esmentar-me amb un nom o una adreça: «ha caigut Cairn?», «example.org?».",
    },
}


@pytest.mark.parametrize("situation", [DOWN, UP, WALL, HELP])
@pytest.mark.parametrize("language", SAID)
def test_what_is_said(language: Language, situation: str) -> None:
    assert say(SITUATIONS[situation], language) == SAID[language][situation]


@pytest.mark.parametrize("language", Language)
def test_every_answer_about_one_platform_fits_on_bluesky_with_nothing_left_out(language: Language) -> None:
    whole = {name: say(answer, language, 5000) for name, answer in SITUATIONS.items() if "two at once" not in name}
    assert {name: text for name, text in whole.items() if len(text) > BLUESKY} == {}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("cause", CauseId)
def test_every_cause_of_an_outage_is_told_on_bluesky(cause: CauseId, language: Language) -> None:
    towns = ("Saint-Quentin-en-Yvelines", "Clermont-Ferrand", "Aix-en-Provence")
    votes = tuple(Vote(VantagePoint(town, town), Leaning.DOWN, "rule", Cause(cause, 503)) for town in towns)
    verdict = Verdict(Word.DOWN, CAIRN, Cause(cause, 503), "rule", NOW, confidence=0.97, votes=votes)
    text = word(GiveVerdicts((verdict,)), language=language, limit=BLUESKY, zone=PARIS_TIME)
    assert len(text) <= BLUESKY
    assert cause_words(Cause(cause, 503), language=language) in text


@pytest.mark.parametrize("language", Language)
def test_help_is_two_lines(language: Language) -> None:
    text = word(GiveHelp(), language=language, limit=BLUESKY, zone=PARIS_TIME)
    assert len(text.split("\n")) == 2


def test_no_two_languages_say_the_same() -> None:
    texts = [say(SITUATIONS[DOWN], language) for language in Language]
    assert len(set(texts)) == len(Language)
