"""Every written form: Markdown and TeX letter by letter, the figure as vectors, the methods from what rows say."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
import zlib
from pathlib import Path

import pytest

from kardia_cli.contracts import spec_of_rows
from kardia_cli.errors import UsageError
from kardia_cli.reporting import figure, latex, markdown, methods
from kardia_cli.reporting.comparison import Comparison
from tests.support.score_rows import report, run, score


def paragraph(found: Comparison) -> str:
    """The methods paragraph, with what the protocol says of itself."""
    return methods.render(found, spec_of_rows(found.identity["protocol"]))


@pytest.fixture
def found(tmp_path: Path) -> Comparison:
    return report(tmp_path, "sft", ["empathy,emotion,format"], sft=run(), grpo=run(0.3))


def test_the_markdown_letter_by_letter(found: Comparison) -> None:
    assert markdown.render(found).split("\n## Beside the paper")[0] == GOLDEN_MARKDOWN


def test_the_papers_figures_are_marked_as_quoted(found: Comparison) -> None:
    text = markdown.render(found)
    assert "| Gemma-7B (quoted) | +0.610 | +0.033 | -0.017 | +0.077 | +0.025 | +0.077 |" in text
    assert re.search(r"\| grpo less sft \(ours\) \| \+0\.000 \| – \| – \| \+0\.4\d\d \|", text)


def test_names_cannot_break_a_markdown_table(tmp_path: Path) -> None:
    text = markdown.render(report(tmp_path, **{"a|b<i>": run(), "c\\|d": run()}))
    assert "a\\|b&lt;i>" in text
    assert "c\\\\\\|d" in text  # the backslash by itself, then the bar by itself


def test_the_tex_letter_by_letter(found: Comparison) -> None:
    assert latex.render(found) == GOLDEN_TEX


def test_only_what_is_better_after_holm_is_bold(found: Comparison) -> None:
    assert re.findall(r"\\textbf\{([^}]*)\}", latex.render(found)) == ["3.960"]


def test_names_are_escaped_for_tex() -> None:
    assert latex.escape("50%_a&b {x}\\^~#$\n") == (
        r"50\%\_a\&b \{x\}\textbackslash{}\textasciicircum{}\textasciitilde{}\#\$ "
    )


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex here")
def test_the_tex_compiles(found: Comparison, tmp_path: Path) -> None:
    body = latex.render(found)
    (tmp_path / "t.tex").write_text(
        rf"\documentclass{{article}}\usepackage{{booktabs}}\begin{{document}}{body}\end{{document}}"
    )
    subprocess.run(["pdflatex", "-interaction=nonstopmode", "t.tex"], cwd=tmp_path, check=True, capture_output=True)


def test_the_tex_is_balanced_and_every_line_has_all_columns(found: Comparison) -> None:
    text = latex.render(found)
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    body = text.split("\\midrule\n")[1].split("\\bottomrule")[0]
    assert {line.count(" & ") for line in body.strip().split("\n")} == {3}
    assert all(line.endswith("\\\\") for line in body.strip().split("\n"))


def test_the_figure_is_of_vectors_with_embedded_truetype_and_the_same_bytes(found: Comparison) -> None:
    pytest.importorskip("matplotlib")
    first, second = figure.draw(found, "pdf"), figure.draw(found, "pdf")
    assert first == second
    assert b"/Subtype /Image" not in first
    assert b"CreationDate" not in first
    opened = b"".join(_opened(first))
    assert b"/FontFile2" in first + opened
    assert b"/Type3" not in first + opened


def _opened(pdf: bytes) -> list[bytes]:
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return found


def test_the_figure_as_svg_holds_no_picture_and_no_date(found: Comparison) -> None:
    pytest.importorskip("matplotlib")
    drawn = figure.draw(found, "svg")
    assert drawn == figure.draw(found, "svg")
    assert b"<image" not in drawn
    assert b"dc:date" not in drawn
    assert figure.draw(found, "png").startswith(b"\x89PNG")


def test_a_name_with_a_dollar_is_no_formula(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert figure.draw(report(tmp_path, **{"a$_b$": run()}), "svg")


def test_long_names_leave_room_for_the_plot_and_letters_without_a_font_are_said(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    long = "a-rather-long-name-of-a-model-such-as-Qwen2.5-7B-Instruct"
    said: list[str] = []
    first, second = (
        figure.draw(report(tmp_path, **{name: run(), "b": run()}), "svg", said.append) for name in ("a", long)
    )
    sizes = [re.search(rb'width="([0-9.]+)pt"', each) for each in (first, second)]
    assert sizes[0] is not None
    assert sizes[1] is not None
    assert sizes[0][1] == sizes[1][1]
    assert said == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.draw(report(tmp_path, **{"共感": run()}), "png", said.append)
    assert len(said) == 1
    assert "font lacks letters" in said[0]


def test_a_suffix_that_is_no_figure_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no \.gif"):
        figure.format_of(".gif")
    assert figure.format_of(".PDF") == "pdf"


def test_the_methods_say_what_the_rows_hold_and_no_more(tmp_path: Path) -> None:
    settings = '{"options":{"temperature":0.0},"split":"test","seed":7,"judge":{"samples":3,"calls":"criterion"}}'
    rows = run(settings=settings)
    rows[0]["value"] = None
    text = " ".join(paragraph(report(tmp_path, "sft", sft=rows, grpo=[run(0.2), run(0.4)])).split())
    for each in (
        "protocol kardiabench with temperature=0.0 (seed 7) "
        "on the same 48 turns of 24 dialogues by 12 profiles of the test split",
        "judged by judge-a, asked 3 times by criterion, "
        "with the rubric whose text has the hash read1 and the policy policy1",
        "Turns without a value count only in the criteria that they have (sft 1)",
        "the mean of value is over the turns that have a figure (sft 47 of 48, grpo 96 of 96)",
        "Each seed is compared with the one of sft.",
        "trained with several seeds (grpo 2)",
        "compared with sft turn by turn",
    ):
        assert each in text
    assert "cost" not in text


def test_the_methods_claim_no_judge_profile_or_test_that_was_not_there(tmp_path: Path) -> None:
    talks = [
        score(n, -1, anon_username=None, protocol="sage", judge="", parts={"success": float(n % 3 == 0)},
              value=float(n), settings='{"options":{"from_logs":true,"simulator":"","axes":["a","b"]},"split":"all"}')
        for n in range(20)
    ]  # fmt: skip
    text = " ".join(paragraph(report(tmp_path, gpt=talks)).split())
    assert text.startswith(
        "gpt was measured by kardia's protocol sage with axes=a b, from_logs=true on 20 dialogues. "
        "The rows name no judge."
    )
    for word in ("profile", "turn", "seed", "Holm", "macro-F1", "rule"):
        assert word not in text
    assert "shares by Wilson's method" in text
    ruled = " ".join(paragraph(report(tmp_path, criteria=["format"], sft=run())).split())
    assert "Every figure follows from a rule" in ruled


@pytest.mark.parametrize(
    ("protocol", "said"),
    [
        ("sage", "scored by the simulated user, played by judge-a, with the prompt"),
        ("winrank", "ranked by judge-a, with the prompt"),
        ("pairwise", "two at a time, by judge-a"),
    ],
)
def test_who_was_asked_by_a_prompt_is_not_said_to_have_read_a_rubric_three_times(
    tmp_path: Path, protocol: str, said: str
) -> None:
    rows = run(protocol=protocol, settings='{"judge":{"samples":3,"calls":"criterion"}}')
    text = " ".join(paragraph(report(tmp_path, criteria=["empathy"], sft=rows)).split())
    assert said in text
    assert "asked 3 times" not in text


def test_the_methods_say_which_seeds_were_paired_and_what_the_sign_test_decided(tmp_path: Path) -> None:
    two, three = [run(), run(0.2)], [run(0.2), run(0.4), run(0.6)]
    assert "Seeds are paired in the order" in " ".join(paragraph(report(tmp_path, "a", a=two, b=two)).split())
    assert "others with the mean of its seeds" in " ".join(paragraph(report(tmp_path, "a", a=two, b=three)).split())
    none, every = ([score(n, parts={"format": held}) for n in range(24)] for held in (0.0, 1.0))
    text = " ".join(paragraph(report(tmp_path, "base", base=none, sft=every)).split())
    assert "Of format_rate every turn differs alike: p is the sign test's over profiles." in text


def test_the_methods_speak_of_one_criterion_without_holm_and_of_several_with_their_own_reach(tmp_path: Path) -> None:
    one = " ".join(paragraph(report(tmp_path, "sft", ["empathy"], sft=run(), grpo=run(0.3))).split())
    assert (
        "grpo was compared with sft turn by turn; two-sided p < 0.05 counts as a difference, anything else as tied"
        in one
    )
    assert "Holm" not in one
    lifts = [run(0.1 * (row % 3)) for row in range(3)]
    two = " ".join(
        paragraph(report(tmp_path, "sft", ["empathy,emotion"], sft=run(hits=4), grpo=lifts[1], other=lifts[2])).split()
    )
    assert "grpo and other were each compared" in two
    assert "over the 2 criteria of a model (not over models)" in two
    assert re.search(r"before the correction, .*: emotion_accuracy 0\.\d{3}, empathy 0\.\d{3}\.", two)


def test_the_markdown_has_each_seed_by_itself_and_the_cost(tmp_path: Path) -> None:
    found = report(tmp_path, "sft", ["empathy"], sft=run(), grpo=[run(0.2), run(0.4)])
    found.cost.append({"file": "s.json", "cost": 1.25, "models": [{"model": "j", "calls": 1200, "cost": 1.25}]})
    text = markdown.render(found)
    assert "## By training seed" in text
    assert "| empathy | 3.810 · 4.110 |" in text
    assert text.endswith("policy policy1.\n\nMeasuring took 1,200 calls and cost 1.25 USD.\n")


def test_a_cost_is_quoted_and_never_made_up(found: Comparison) -> None:
    found.cost.append({"file": "s.json", "cost": 1.25, "models": [{"model": "j", "calls": 1200, "cost": 1.25}]})
    assert "Measuring took 1,200 calls and cost 1.25 USD." in " ".join(paragraph(found).split())
    found.cost[0]["cost"] = None
    assert "their price is not known" in paragraph(found).replace("\n", " ")


GOLDEN_MARKDOWN = """# Comparison

48 turns of 24 dialogues by 12 profiles; judge judge-a, rubric read1.

## Means

With 95 % intervals clustered by profile.

| criterion | sft | grpo | n |
| --- | ---: | ---: | ---: |
| emotion_accuracy | 0.729 [0.572, 0.844] | 0.729 [0.572, 0.844] | 48 |
| empathy | 3.510 [3.426, 3.595] | 3.960 [3.877, 4.044] | 48 |
| format_rate | 1.000 [0.712, 1.000] | 1.000 [0.712, 1.000] | 48 |

## grpo less sft

Paired by turn, intervals of each criterion by itself; p after Holm over these criteria. Tied: not found to differ. Detectable: the difference that would be found in four of five such comparisons, tested by itself. Not tested: what is made of the others, or has no better side.

| criterion | difference | p (Holm) | verdict | detectable | n |
| --- | ---: | ---: | ---: | ---: | ---: |
| emotion_accuracy | +0.000 [+0.000, +0.000] | 1.000 | tied | – | 48 |
| empathy | +0.450 [+0.430, +0.470] | &lt; 0.001 | better | 0.028 | 48 |
| format_rate | +0.000 [+0.000, +0.000] | 1.000 | tied | – | 48 |
"""  # noqa: E501  # a paragraph is one line of the written file
GOLDEN_TEX = r"""% needs \usepackage{booktabs}; made by kardia report from saved scores
\begin{tabular}{lccr}
\toprule
 & sft & grpo & $n$ \\
\midrule
emotion accuracy & 0.729 {\scriptsize [0.572, 0.844]} & 0.729 {\scriptsize [0.572, 0.844]} & 48 \\
empathy & 3.510 {\scriptsize [3.426, 3.595]} & \textbf{3.960} {\scriptsize [3.877, 4.044]} & 48 \\
format rate & 1.000 {\scriptsize [0.712, 1.000]} & 1.000 {\scriptsize [0.712, 1.000]} & 48 \\
\bottomrule
\multicolumn{4}{l}{\footnotesize Means with 95\,\% intervals clustered by profile; 48 turns of 24 dialogues by 12 profiles.} \\
\multicolumn{4}{l}{\footnotesize Judge: judge-a, rubric read1.} \\
\multicolumn{4}{l}{\footnotesize Bold: better than sft on the same turns, $p < 0.05$ after Holm.} \\
\end{tabular}
"""  # noqa: E501  # a note is one line of the written file
