"""`cestmoiou understand`: texts in, what was understood out."""

import json

from click.testing import CliRunner

from bot.cli.understand import understand


def test_a_text_is_told_in_one_line() -> None:
    result = CliRunner().invoke(understand, ["Gallica est en panne chez vous ?"])
    assert (result.exit_code, result.output) == (0, "ask\tgallica\t-\tfr\n")


def test_explain_says_which_words_decided() -> None:
    result = CliRunner().invoke(understand, ["Gallica est en panne chez vous ?", "--explain"])
    assert "down: en panne" in result.output


def test_lines_of_standard_input_are_read() -> None:
    result = CliRunner().invoke(understand, [], input="merci\nis JSTOR down?\n")
    assert result.output.splitlines() == ["none\t-\t-\tfr", "ask\tjstor\t-\ten"]


def test_json_lines_are_answered_in_order_and_bad_ones_told() -> None:
    lines = [
        '{"id": "1", "text": "is JSTOR down?"}',
        "{oops",
        '{"id": "3"}',
        '{"id": "4", "text": "pareil à Nice", "thread": "hal"}',
    ]
    result = CliRunner().invoke(understand, ["--jsonl"], input="\n".join(lines))
    assert result.exit_code == 1
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": "1", "act": "ask", "targets": ["jstor"], "place": None, "lang": "en"},
        {"id": "4", "act": "report_down", "targets": ["hal"], "place": "Nice", "lang": "fr"},
    ]
    assert result.stderr.splitlines() == [
        'line 2: this is not JSON; write {"id": "…", "text": "…"}',
        'line 3: "text" is missing or no string',
    ]


def test_json_lines_that_no_encoding_can_print_stop_nothing() -> None:
    lines = [r'{"id": "\ud800", "text": "is JSTOR down?"}', r'{"id": "2", "text": "Brou\udc00zouf est HS ?"}']
    result = CliRunner().invoke(understand, ["--jsonl"], input="\n".join(lines))
    assert (result.exit_code, result.exception) == (0, None)
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["\ud800", "2"]


def test_json_lines_of_windows_are_read_and_other_encodings_told() -> None:
    lines = [
        b'\xef\xbb\xbf{"id": "1", "text": "is JSTOR down?"}',
        '{"id": "2", "text": "Persée est HS ?"}'.encode("latin-1"),
        b'{"id": NaN, "text": "is JSTOR down?"}',
    ]
    result = CliRunner().invoke(understand, ["--jsonl"], input=b"\r\n".join(lines))
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["1"]
    assert result.stderr.splitlines() == [
        "line 2: this is not UTF-8; save the file as UTF-8",
        'line 3: this is not JSON; write {"id": "…", "text": "…"}',
    ]


def test_texts_of_another_encoding_are_read_all_the_same() -> None:
    result = CliRunner().invoke(understand, [], input="Persée est HS ?\r\n".encode("latin-1"))
    assert (result.exit_code, result.stdout) == (0, "ask\tpersee\t-\tfr\n")
