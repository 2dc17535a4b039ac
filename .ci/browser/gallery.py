"""Every page of the product in every state that a user may see, one after the other."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
from urllib.parse import quote

from demo import Browser
from selenium.webdriver.common.by import By

ACME = "/organizations/acme"
MEMBERS, INVITE, RULES = f"{ACME}/members", f"{ACME}/invitations/new", f"{ACME}/claim-mappings"
APPLICATIONS = f"{ACME}/upstreams"
MANAGER, VIEWER, STRANGER, UNVERIFIED = "demo-manager", "demo-viewer", "demo-stranger", "demo-unverified"
PUBLIC = {
    "sign-in": "/", "sign-in-ended": "/auth/login?ended=1", "signed-out": "/auth/signed-out",
    "components": "/demo/components", "invitation-invalid": "/invitations/accept?token=none",
}
LISTS = {
    "overview": ACME, "overview-grew": f"{ACME}?filter=grew&sort=change&order=desc", "overview-search": f"{ACME}?q=emea",
    "overview-empty": f"{ACME}?filter=empty", "overview-nothing": f"{ACME}?q=soc+x",
    "usage": f"{ACME}/usage?compare=1", "usage-month": f"{ACME}/usage?interval=month",
    "usage-no-figures": f"{ACME}/usage?interval=month&from=2020-01-01&to=2020-06-30",
    "members": MEMBERS, "members-nothing": f"{MEMBERS}?q=xyz", "suspended-none": f"{MEMBERS}?list=suspended",
    "invite": INVITE, "invite-claim": f"{INVITE}?by=claim", "access-requests": f"{ACME}/access-requests",
    "access-requests-dismissed": f"{ACME}/access-requests?state=dismissed",
    "access-requests-nothing": f"{ACME}/access-requests?q=nothing",
    "claim-rules": RULES, "claim-rules-add": f"{RULES}?add=1",
    "claim-rules-values": f"{RULES}?add=1&claim=groups", "invite-claim-values": f"{INVITE}?by=claim&claim=groups",
    "explain": f"{RULES}/explain",
    "audit": f"{ACME}/audit", "audit-nothing": f"{ACME}/audit?q=xyz", "audit-fault": f"{ACME}/audit?from=yesterday",
    "account": "/account", "account-end-sessions": "/account?confirm=end_others", "home": "/?all=1",
    "not-found": f"{ACME}/workspaces/none", "empty-organization": "/organizations/globex",
}


def prepare(demo):
    """Signs in the users who appear on the pages."""
    demo.visit(UNVERIFIED, STRANGER, VIEWER)


def states(demo, width, dark):
    """Visits every page and yields its name and the browser that shows it.

    The steps leave the demo as it was but for invitations and audit events, so that they can be run again.
    """
    with Browser(demo, width, 900, dark) as browser:
        yield from visit(browser, PUBLIC)
        yield from visit(browser, {
            "application-public": f"{demo.application}/public",
            "host-not-found": f"{demo.application}/.gatehouse/none",
            "host-interrupted": f"{demo.application}/.gatehouse/handoff?code=none",
        })
        browser.sign_in(UNVERIFIED)
        yield from visit(browser, {"no-access": ACME})
    with Browser(demo, width, 900, dark) as browser:
        browser.sign_in(VIEWER)
        yield from visit(browser, {
            "viewer-overview": ACME, "viewer-members": MEMBERS, "viewer-rules": RULES,
            "viewer-explain": f"{RULES}/explain?member={identity(demo, 'vic@acme.example')}",
            "viewer-applications": APPLICATIONS, "application": f"{demo.application}/",
            "host-refused": f"{demo.application}/finance", "host-sign-out": f"{demo.application}/.gatehouse/sign-out",
        })
    with Browser(demo, width, 900, dark) as browser:
        browser.sign_in(MANAGER)
        workspace = browser.find("tbody th a").get_attribute("href").removeprefix(demo.url)
        yield from visit(browser, {**LISTS, "workspace": workspace})
        yield from people(browser, f"kim.{width}.{'dark' if dark else 'light'}@acme.example")
        yield from requests(browser)
        yield from rules(browser)
        yield from applications(browser)
        yield from unreachable(browser)
        yield from unreadable(browser)


def visit(browser, pages):
    for name, path in pages.items():
        browser.open(path)
        yield name, browser


def people(browser, address):
    vic = identity(browser.demo, "vic@acme.example")
    yield from visit(browser, {
        "suspend": f"{MEMBERS}/{vic}/suspend", "end-sessions": f"{MEMBERS}/{vic}/end-sessions",
    })
    browser.open(MEMBERS)
    browser.find(".head .export summary" if browser.width > 720 else "label.toggle").click()
    yield "exports", browser
    browser.open(MEMBERS)
    browser.choose_action("Vic Viewer", "Suspend…")
    yield "question", browser
    browser.open(f"{MEMBERS}/{vic}/suspend")
    browser.find("#reason").send_keys("Left the company")
    browser.press("Suspend Vic Viewer")
    yield "suspended-notice", browser
    yield from visit(browser, {"suspended": f"{MEMBERS}?list=suspended"})
    browser.press("Reinstate…")
    yield "reinstate", browser
    browser.press("Reinstate Vic Viewer")
    yield "reinstated-notice", browser
    browser.open(INVITE)
    browser.find("#emails").send_keys(f"{address}, bob@acmee.example vic@acme.example bob@acme x@far.example")
    browser.press("Check before sending")
    yield "invite-check", browser
    browser.press("Create 1 link")
    yield "invite-links", browser
    # As if the links of other results had made room for these.
    browser.open(f"{browser.path}&replaced=3")
    yield "invite-links-replaced", browser
    browser.press("Done")
    yield "invitations", browser
    browser.open(browser.find(".rows .danger").get_attribute("href").removeprefix(browser.demo.url))
    yield "revoke-invitation", browser


def requests(browser):
    path = f"{ACME}/access-requests"
    browser.open(path)
    row = next(row for row in browser.all("tbody tr") if "Sam Stranger" in row.text)
    row.find_element(By.CSS_SELECTOR, ".rows summary").click()
    yield "access-requests-menu", browser
    row.find_element(By.CSS_SELECTOR, ".rows button").click()
    browser.until(lambda: browser.all(".notice"))
    yield "access-request-dismissed", browser
    browser.press("Undo: open the request of Sam Stranger again", "body")


def rules(browser):
    demo = browser.demo
    browser.open(f"{RULES}?add=1")
    browser.find("#claim_name").send_keys("groups")
    browser.press("Preview rule")
    yield "rule-fault", browser
    browser.find("#claim_value").send_keys("Everyone")
    browser.press("Preview rule")
    yield "rule-preview", browser
    browser.press("Save rule")
    yield "rule-saved", browser
    yield from visit(browser, {
        "rule-unverified": f"{RULES}?add=1&request={denied(demo, UNVERIFIED)}",
        "explain-request": f"{RULES}/explain?denied={denied(demo, STRANGER)}",
        "explain-unverified": f"{RULES}/explain?denied={denied(demo, UNVERIFIED)}",
        "explain-member": f"{RULES}/explain?member={identity(demo, 'vic@acme.example')}",
    })
    with sqlite3.connect(demo.database, timeout=10) as store:
        rule = quote(store.execute("SELECT id FROM claim_mapping").fetchone()[0])
    yield from visit(browser, {"rule-edit": f"{RULES}?edit={rule}", "rule-remove": f"{RULES}?remove={rule}"})
    browser.press("Remove rule 4")
    yield "rule-removed", browser


def applications(browser):
    yield from visit(browser, {"applications": APPLICATIONS, "application-manager": f"{browser.demo.application}/finance"})
    explain = f"{APPLICATIONS}/reports/explain"
    yield from visit(browser, {"application-explain": explain})
    for name, path, text in (
        ("fault", "/a//b", ""), ("near", "/emea", '{"name": "Kim Near", "groups": ["everyone", "ACME-soc-emea"]}'),
        ("none", "/Finance", '{"groups": []}'),
    ):
        ask(browser, explain, path)
        browser.find("#text").send_keys(text)
        browser.press("Explain", ".explain-form")
        yield f"application-explain-{name}", browser
    ask(browser, explain, "/emea/q3")
    next(option for option in browser.all("#member option") if option.text.startswith("Vic Viewer")).click()
    browser.press("Explain", ".explain-form")
    yield "application-explain-member", browser


def ask(browser, explain, path):
    browser.open(explain)
    browser.find("#path").clear()
    browser.find("#path").send_keys(path)


def unreachable(browser):
    """Pages in place of an application that does not answer, or not as it should."""
    with address(browser.demo) as application:
        browser.open(application)
        yield "application-not-verified", browser
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with address(browser.demo, place, "1s"):
            wait_for(browser, "Reports takes too long")
            yield "host-too-slow", browser
    with address(browser.demo, place):
        wait_for(browser, "Reports doesn't respond")
        yield "host-unreachable", browser
    wait_for(browser, "Overview")


def wait_for(browser, heading):
    """Opens the application until the reloaded configuration is in force."""

    def is_shown():
        browser.open(browser.demo.application)
        return browser.find("h1").text == heading

    browser.until(is_shown, 30)


@contextlib.contextmanager
def address(demo, other=None, timeout="60s"):
    """The address of the application behind the gateway; another one takes its place until the end."""
    with open(demo.configuration) as file:
        kept = file.read()
    own = re.search(r'"address": "([^"]*)"', kept)

    def configure(text):
        # A reload that has begun never reads half a file.
        with open(f"{demo.configuration}.new", "w") as file:
            file.write(text)
        os.replace(file.name, demo.configuration)
        demo.process.send_signal(signal.SIGHUP)

    if other:
        configure(kept.replace(own[0], f'"address": "{other}", "timeout": "{timeout}"'))
    try:
        yield own[1]
    finally:
        if other:
            configure(kept)


def unreadable(browser):
    """People whose last sign-in cannot be read; it can again afterwards."""
    demo = browser.demo
    with sqlite3.connect(demo.database, timeout=10) as store:
        query = "SELECT claims, identity, organization FROM person_seen WHERE subject IN (?, ?)"
        kept = store.execute(query, (STRANGER, UNVERIFIED)).fetchall()
        store.execute("UPDATE person_seen SET claims = x'00' WHERE subject IN (?, ?)", (STRANGER, UNVERIFIED))
    browser.open(f"{RULES}?add=1")
    browser.find("#claim_name").send_keys("groups")
    browser.find("#claim_value").send_keys("everyone")
    browser.press("Preview rule")
    yield "rule-preview-unreadable", browser
    browser.open(f"{RULES}/explain?member={identity(demo, 'sam@elsewhere.example')}")
    yield "explain-unreadable", browser
    with sqlite3.connect(demo.database, timeout=10) as store:
        store.executemany("UPDATE person_seen SET claims = ? WHERE identity = ? AND organization = ?", kept)


def identity(demo, email):
    with sqlite3.connect(demo.database, timeout=10) as store:
        query = "SELECT identity FROM person_seen WHERE organization = 'acme' AND email = ? ORDER BY seen_at DESC"
        return store.execute(query, (email,)).fetchone()[0]


def denied(demo, subject):
    with sqlite3.connect(demo.database, timeout=10) as store:
        return store.execute("SELECT id FROM denied_sign_in WHERE subject = ?", (subject,)).fetchone()[0]
