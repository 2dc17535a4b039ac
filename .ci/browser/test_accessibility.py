"""No page, in no state, has a violation of WCAG 2.2 A or AA that axe-core finds, or is wider than the window."""

import pytest
from demo import Demo
from gallery import prepare, states


@pytest.fixture(scope="module")
def demo():
    with Demo() as demo:
        prepare(demo)
        yield demo


@pytest.mark.parametrize("width, dark", [(1440, False), (1440, True), (390, False), (390, True)])
def test_pages_have_no_violations_and_fit(demo, width, dark):
    found = {name: browser.violations() for name, browser in states(demo, width, dark)}
    assert {name: problems for name, problems in found.items() if problems} == {}
    assert len(found) >= 80
