"""What a gate writes for CI systems: nothing in it comes alive, and it fits."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest

from summarizer_eval.check_result import CheckResult, Noise, Refusal, Worst
from summarizer_eval.gate import Decision, Judged, Outcome
from summarizer_eval.gate_output import as_json, junit, markdown, overall, workflow_commands
from summarizer_eval.markdown import inert

HOSTILE = "a\x00\x0b\ud800\uffff]]> <b>&\r\n::error::x @octocat ![i](http://e/x.png) | #1 50%"


def result(
    outcome: Outcome = "regress", *, text: str = "x", limits: int = 0, noise: bool = False
) -> CheckResult:
    judged = Judged("rouge1", 0.03, 40, -0.2, -0.25, 0.001, outcome)
    broken = tuple(f"{text} {number}" for number in range(limits))
    worst = tuple(Worst(f"{text}{n}", "rouge1", -0.5, text, text) for n in range(5))
    return CheckResult(
        name="main/mine@lead", decision=Decision(outcome, (judged,), broken), anchor=None,
        matched=40, added=(), removed=(), changed=(), lost=(), worst=worst, rescored=False,
        noise={"rouge1": Noise(0.031, 0.62)} if noise else {},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@octocat", "@\u200boctocat"),
        ("a | b", "a \\| b"),
        ("<img src=x>", "&lt;img src=x>"),
        ("![i](x)", "\\!\\[i\\]\\(x\\)"),
        ("http://e.org", "http\\://e.org"),
        ("www.e.org", "www\u200b.e.org"),
        ("#12 GH-12 #tag", "\\#\u200b12 GH\u200b-12 \\#tag"),
        ("&lt;", "&amp;lt;"),
        ("two\nlines", "two lines"),
    ],
)
def test_markdown_of_documents_is_inert(text: str, expected: str) -> None:
    """No mention, cell end, HTML, image, link or reference of an issue."""
    assert inert(text) == expected


def test_xml_holds_any_text() -> None:
    """Control characters, lone surrogates and CDATA ends leave XML 1.0 that parses."""
    text = junit([result(text=HOSTILE, limits=2)], [Refusal(HOSTILE, HOSTILE)])
    tree = ElementTree.fromstring(text.encode("utf-8"))
    names = [case.get("name") for case in tree.iter("testcase")]
    assert names == ["rouge1", "limits", "check"]
    assert junit([result("inconclusive")], inconclusive_fails=False).count("<skipped") == 1


def test_names_of_cases_stay_the_same() -> None:
    """CI systems compare cases by name: a pass has the same ones as a regression."""

    def names(text: str) -> list[str | None]:
        return [case.get("name") for case in ElementTree.fromstring(text).iter("testcase")]

    assert names(junit([result("pass")])) == names(junit([result(limits=9)]))


def test_a_workflow_command_is_one_line() -> None:
    """CR, LF and % are escaped, so that no text of a document is a command."""
    text = workflow_commands([result(text=HOSTILE, limits=1)], {"main/mine@lead": "a,b:c.j2"})
    assert text.count("\n") == 1
    assert text.startswith("::error file=a%2Cb%3Ac.j2,title=main/mine@lead%3A regress::")
    assert "50%25" in text


def test_many_reasons_are_counted() -> None:
    """People see the first ones and how many more there are; JSON has all."""
    many = result(limits=20)
    assert "… and 16 more" in markdown([many])
    assert len(json.loads(as_json([many]))["results"][0]["reasons"]) == 21


def test_a_comment_fits() -> None:
    """GitHub's comments hold 65,536 characters: what has no room is named."""
    text = markdown([result(text="字" * 3000) for _ in range(8)])
    assert len(text) < 65_536
    assert "The documents of 7 variants are left out" in text
    assert text.count("<details>") == 1


def test_the_models_own_noise_is_told() -> None:
    """Deviation and share, where there are several samples."""
    assert "rouge1 0.031 \\(62% of what varies\\)" in markdown([result(noise=True)])


def test_the_worst_outcome_is_the_outcome() -> None:
    """regress before inconclusive before pass."""
    assert overall([result("pass"), result("inconclusive")]) == "inconclusive"
    assert overall([result("regress"), result("inconclusive")]) == "regress"
    assert overall([result("pass")]) == "pass"
    assert overall([result("pass")], [Refusal("a", "b")]) == "refused"
