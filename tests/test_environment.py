import os
import subprocess
import sys
from pathlib import Path

import pytest

from kefu.environment import DEFAULTS
from kefu.settings import HOME


def run(code: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name not in DEFAULTS}
    clean.pop("PYTHONWARNINGS", None)
    return subprocess.run(
        [sys.executable, *options, "-c", f"import kefu.environment\n{code}"],
        cwd=HOME,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=True,
    )


@pytest.fixture
def third_party(tmp_path: Path) -> Path:
    module = tmp_path / "third_party.py"
    module.write_text(
        "import warnings\n"
        "def old(): warnings.warn('use new()', DeprecationWarning)\n"
        "def odd(): warnings.warn('story greet has no action', UserWarning)\n"
    )
    return tmp_path


def test_rasa_sends_no_usage_data_and_no_stack_traces():
    done = run("import rasa.telemetry; print(rasa.telemetry.is_telemetry_enabled())")
    assert done.stdout.strip() == "False"


def test_a_variable_that_the_user_has_set_stays():
    done = run(
        "import os; print(os.environ['RASA_TELEMETRY_ENABLED'])", RASA_TELEMETRY_ENABLED="true"
    )
    assert done.stdout.strip() == "true"


def test_a_third_partys_deprecation_is_not_shown(third_party: Path):
    assert run("import third_party; third_party.old()", PYTHONPATH=str(third_party)).stderr == ""


def test_not_even_after_a_library_has_turned_such_warnings_on(third_party: Path):
    code = (
        "import warnings; warnings.simplefilter('always', DeprecationWarning)\n"
        "import third_party; third_party.old()"
    )
    assert run(code, PYTHONPATH=str(third_party)).stderr == ""


def test_a_warning_about_the_bots_own_data_is_shown(third_party: Path):
    done = run("import third_party; third_party.odd()", PYTHONPATH=str(third_party))
    assert "UserWarning: story greet has no action" in done.stderr


def test_our_own_deprecation_is_shown():
    place = HOME / "kefu" / "orders" / "service.py"
    code = f"import warnings; warnings.warn_explicit('old', DeprecationWarning, {str(place)!r}, 1)"
    assert "DeprecationWarning: old" in run(code).stderr


def test_rasas_word_about_an_outdated_data_format_is_shown():
    place = f"{os.sep}rasa{os.sep}shared{os.sep}io.py"
    code = f"import warnings; warnings.warn_explicit('format 2.0', FutureWarning, {place!r}, 1)"
    assert "FutureWarning: format 2.0" in run(code).stderr


def test_whoever_asks_python_for_warnings_gets_them(third_party: Path):
    done = run(
        "import third_party; third_party.old()",
        PYTHONPATH=str(third_party),
        PYTHONWARNINGS="default",
    )
    assert "DeprecationWarning: use new()" in done.stderr


def test_it_loads_nothing_that_python_has_not_loaded_already():
    code = "import sys; print(sorted(set(sys.modules) - before))"
    done = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            "import os, sys, warnings; before = set(sys.modules)\nimport kefu.environment\n" + code,
        ],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "['__future__', 'kefu', 'kefu.environment']"
