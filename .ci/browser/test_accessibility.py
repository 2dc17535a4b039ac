"""Every page of a manager has no violation of WCAG 2.1 A or AA that axe-core finds."""

import importlib.resources

import pytest
from demo import Browser, Demo

AXE = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text()
RUN = """
const done = arguments[0];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}).then(
  found => done(found.violations.map(v => `${v.id}: ${v.nodes[0].html}`)), error => done([String(error)]))
"""
ACME = "/organizations/acme"
PAGES = [
    ACME, f"{ACME}?filter=empty", f"{ACME}?filter=grew&sort=change&order=desc", f"{ACME}/usage?compare=1",
    f"{ACME}/usage?interval=month&from=2020-01-01&to=2020-06-30", f"{ACME}/members", f"{ACME}/access-requests",
    f"{ACME}/members?list=suspended", f"{ACME}/members?q=none", f"{ACME}/invitations", f"{ACME}/invitations/new",
    f"{ACME}/invitations/new?by=claim", f"{ACME}/claim-mappings",
    f"{ACME}/claim-mappings/explain", f"{ACME}/audit", "/account", "/?all=1", "/organizations/none",
]


@pytest.fixture(scope="module")
def demo():
    with Demo() as demo:
        yield demo


@pytest.mark.parametrize("width, dark", [(1440, False), (1440, True), (390, False), (390, True)])
def test_pages_have_no_violations_and_fit(demo, width, dark):
    with Browser(demo, width=width, height=1000, dark=dark) as browser:
        pages = ["/auth/signed-out", "/", "/demo/components"]
        found = [(page, check(browser, page)) for page in pages]
        browser.sign_in("demo-manager")
        workspace = browser.find("tbody th a").get_attribute("href").removeprefix(demo.url)
        found += [(page, check(browser, page)) for page in [*PAGES, workspace]]
        assert [(page, problems) for page, problems in found if problems] == []


def check(browser, page):
    browser.open(page)
    browser.driver.execute_script(AXE)
    problems = browser.driver.execute_async_script(RUN)
    if not browser.driver.execute_script("return document.documentElement.scrollWidth <= window.innerWidth"):
        problems.append("the page is wider than the window")
    return problems
