"""Takes screenshots of the demo's pages: every page at 1440 and 390 pixels, light and dark.

    python screenshots.py FOLDER [WORD]     only pages whose name contains WORD
"""

import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", name) for name in ("support", "acceptance")]

from demo import Browser, Demo  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

ACME = "/organizations/acme"
PUBLIC = {"sign-in": "/", "signed-out": "/auth/signed-out", "components": "/demo/components"}
MANAGER = {
    "overview": ACME, "overview-grew": f"{ACME}?filter=grew&sort=change&order=desc", "overview-search": f"{ACME}?q=emea",
    "overview-nothing": f"{ACME}?q=soc+x", "usage": f"{ACME}/usage?compare=1", "usage-month": f"{ACME}/usage?interval=month",
    "members": f"{ACME}/members", "members-nothing": f"{ACME}/members?q=xyz", "suspended": f"{ACME}/members?list=suspended",
    "invitations": f"{ACME}/invitations", "invite": f"{ACME}/invitations/new",
    "access-requests": f"{ACME}/access-requests", "claim-rules": f"{ACME}/claim-mappings",
    "claim-rules-add": f"{ACME}/claim-mappings?add=1", "explain": f"{ACME}/claim-mappings/explain",
    "audit": f"{ACME}/audit", "audit-nothing": f"{ACME}/audit?q=xyz", "account": "/account", "home": "/?all=1",
    "not-found": f"{ACME}/workspaces/none",
}


def main(folder, word=""):
    os.makedirs(folder, exist_ok=True)
    with Demo() as demo:
        for user in ("demo-unverified", "demo-stranger"):
            # Their attempts appear among the access requests.
            with Browser(demo) as browser:
                browser.sign_in(user)
        for width, dark in ((1440, False), (1440, True), (390, False), (390, True)):
            suffix = f"-{width}{'-dark' if dark else ''}"
            with Browser(demo, width, 900, dark) as browser:
                take(browser, folder, suffix, {name: path for name, path in PUBLIC.items() if word in name})
                if word in "no-access":
                    browser.sign_in("demo-unverified")
                    take(browser, folder, suffix, {"no-access": ACME})
                    browser.sign_out()
            with Browser(demo, width, 900, dark) as browser:
                browser.sign_in("demo-manager")
                workspace = browser.driver.find_element(By.CSS_SELECTOR, "tbody th a").get_attribute("href")
                pages = {**MANAGER, "workspace": workspace.removeprefix(demo.url)}
                take(browser, folder, suffix, {name: path for name, path in pages.items() if word in name})


def take(browser, folder, suffix, pages):
    width = int(suffix.split("-")[1])
    for name, path in pages.items():
        browser.open(path)
        size = browser.driver.execute_script(
            "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        if size[0] > width:
            print(f"{name}{suffix} is {size[0]} pixels wide")
        view = {"width": width, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**view, "height": min(size[1], 6000)})
        browser.driver.save_screenshot(f"{folder}/{name}{suffix}.png")
        browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {**view, "height": 900})


if __name__ == "__main__":
    main(*sys.argv[1:])
