"""What the command line says of itself, in the operator's language. The bot's replies have catalogues of their own."""

from dataclasses import dataclass

from bot.model import Language


@dataclass(frozen=True, slots=True)
class Words:
    """`silence` stands where a network would see nothing; `stopping` answers the first Ctrl-C."""

    welcome: str
    demo: str
    offline: str
    only_demo: str
    silence: str
    stopping: str


WORDS = {
    Language.FRENCH: Words(
        welcome="Écrivez une question, par exemple « c’est moi ou Cairn est couché ? ». Ctrl-D pour finir.",
        demo="Démonstration, sans internet : « c’est moi ou Solide est couché ? », puis Fragile, puis Tortue.",
        offline="Sans internet, « scripts/run --demo » montre de vrais verdicts sur des plateformes de démonstration.",
        only_demo="(Dans cette démonstration, il n’y a que Solide, Fragile et Tortue.)",
        silence="(Rien à répondre : sur un réseau, je me tairais.)",
        stopping="Je finis, puis je m’arrête (Ctrl-C encore une fois pour couper).",
    ),
    Language.ENGLISH: Words(
        welcome="Write a question, for example “is it just me or is GitHub down?”. Ctrl-D to end.",
        demo="Demonstration, without internet: “is it just me or is Solide down?”, then Fragile, then Tortue.",
        offline="Without internet, “scripts/run --demo” shows real verdicts about demonstration platforms.",
        only_demo="(In this demonstration there are only Solide, Fragile and Tortue.)",
        silence="(Nothing to answer: on a network I would stay silent.)",
        stopping="I finish, then I stop (Ctrl-C once more to cut).",
    ),
    Language.SPANISH: Words(
        welcome="Escribe una pregunta, por ejemplo «¿soy yo o GitHub está caído?». Ctrl-D para terminar.",
        demo="Demostración, sin internet: «¿soy yo o Solide está caído?», luego Fragile, luego Tortue.",
        offline="Sin internet, «scripts/run --demo» muestra veredictos de verdad sobre plataformas de demostración.",
        only_demo="(En esta demostración solo hay Solide, Fragile y Tortue.)",
        silence="(Nada que responder: en una red me quedaría en silencio.)",
        stopping="Termino y me paro (Ctrl-C otra vez para cortar).",
    ),
    Language.GERMAN: Words(
        welcome="Eine Frage eingeben, zum Beispiel „Liegt es an mir oder ist GitHub down?“. Ende mit Ctrl-D.",
        demo="Vorführung ohne Internet: „Liegt es an mir oder ist Solide down?“, dann Fragile, dann Tortue.",
        offline="Ohne Internet zeigt „scripts/run --demo“ echte Urteile über Plattformen einer Vorführung.",
        only_demo="(In dieser Vorführung gibt es nur Solide, Fragile und Tortue.)",
        silence="(Nichts zu antworten: In einem Netzwerk würde ich schweigen.)",
        stopping="Ich mache fertig, dann höre ich auf (noch einmal Ctrl-C zum Abbrechen).",
    ),
    Language.ITALIAN: Words(
        welcome="Scrivi una domanda, per esempio «sono io o GitHub è giù?». Ctrl-D per finire.",
        demo="Dimostrazione senza internet: «sono io o Solide è giù?», poi Fragile, poi Tortue.",
        offline="Senza internet, «scripts/run --demo» mostra verdetti veri su piattaforme dimostrative.",
        only_demo="(In questa dimostrazione ci sono solo Solide, Fragile e Tortue.)",
        silence="(Niente da rispondere: su una rete starei zitto.)",
        stopping="Finisco, poi mi fermo (Ctrl-C di nuovo per interrompere).",
    ),
    Language.PORTUGUESE: Words(
        welcome="Escreva uma pergunta, por exemplo «sou só eu ou o GitHub está em baixo?». Ctrl-D para terminar.",
        demo="Demonstração sem internet: «sou só eu ou o Solide está em baixo?», depois Fragile, depois Tortue.",
        offline="Sem internet, «scripts/run --demo» mostra veredictos verdadeiros sobre plataformas de demonstração.",
        only_demo="(Nesta demonstração só há Solide, Fragile e Tortue.)",
        silence="(Nada a responder: numa rede ficaria em silêncio.)",
        stopping="Acabo e paro (Ctrl-C outra vez para interromper).",
    ),
    Language.DUTCH: Words(
        welcome="Typ een vraag, bijvoorbeeld ‘ligt het aan mij of ligt GitHub plat?’. Ctrl-D om te stoppen.",
        demo="Demonstratie zonder internet: ‘ligt het aan mij of ligt Solide plat?’, dan Fragile, dan Tortue.",
        offline="Zonder internet toont ‘scripts/run --demo’ echte oordelen over demonstratieplatforms.",
        only_demo="(In deze demonstratie zijn er alleen Solide, Fragile en Tortue.)",
        silence="(Niets te antwoorden: op een netwerk zou ik zwijgen.)",
        stopping="Ik maak dit af en stop dan (nog eens Ctrl-C om af te breken).",
    ),
    Language.CATALAN: Words(
        welcome="Escriu una pregunta, per exemple «soc jo o GitHub ha caigut?». Ctrl-D per acabar.",
        demo="Demostració sense internet: «soc jo o Solide ha caigut?», després Fragile, després Tortue.",
        offline="Sense internet, «scripts/run --demo» mostra veredictes de debò sobre plataformes de demostració.",
        only_demo="(En aquesta demostració només hi ha Solide, Fragile i Tortue.)",
        silence="(Res a respondre: en una xarxa callaria.)",
        stopping="Acabo i m’aturo (Ctrl-C un altre cop per tallar).",
    ),
}
