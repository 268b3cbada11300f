"""Late rules: every day begun, grace, a ceiling, more time for some; a file that is wrong is told in one sentence."""

from datetime import UTC, datetime

import pytest

from autograder.errors import UsageError
from autograder.late import Rules, read_rules

HOUR = 3600


@pytest.mark.parametrize(
    ("seconds", "penalty"),
    [
        (0, 0),
        (15 * 60, 0),
        (15 * 60 + 1, 2),
        (24 * HOUR, 2),
        (24 * HOUR + 1, 4),
        (5 * 24 * HOUR, 10),
        (999 * 24 * HOUR, 10),
    ],
)
def test_penalty(seconds, penalty):
    assert Rules(per_day=10, grace_minutes=15, at_most=50).penalty(20, seconds) == penalty


def test_the_file(tmp_path):
    assert read_rules(tmp_path, "u") is None
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "late.toml").write_text(
        '[default]\nper_day = 10\n[due]\nu = 2026-02-01T23:59:00+01:00\n[extensions.u]\n"Ada L." = 2.5\n'
    )
    rules = read_rules(tmp_path, "u")
    assert rules == Rules(per_day=10, due=datetime(2026, 2, 1, 22, 59, tzinfo=UTC), extensions={"Ada L.": 2.5})
    assert read_rules(tmp_path, "other") == Rules(per_day=10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[default", "is not valid TOML"),
        ("[defaults]\nper_day = 1\n", r"has a table \[defaults\]; known are"),
        ("[default]\nper_week = 1\n", "per_week = 1 is not per_day"),
        ("[default]\nper_day = -1\n", "per_day = -1 is not"),
        ("[default]\nper_day = nan\n", "per_day = nan is not"),
        ("[due]\nu = '1 Feb'\n", "u is due at '1 Feb'; write a time such as"),
        ("[extensions.u]\nada = 'two'\n", "the extension of ada is 'two'"),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path, text, words):
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "late.toml").write_text(text)
    with pytest.raises(UsageError, match=words):
        read_rules(tmp_path, "u")
