"""The demo and a browser for it; shared by the browser tests."""

import atexit
import fcntl
import importlib.resources
import json
import os
import signal
import subprocess
import tempfile

from gatehouse import BINARY
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

AXE = importlib.resources.files("axe_core_python").joinpath("axe.min.js").read_text()
RUN = """
const done = arguments[0];
axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then(
  found => done(found.violations.map(v => `${v.id}: ${v.nodes[0].html}`)), error => done([String(error)]))
"""

NAMES = """
const element = document.activeElement;
return [element.innerText?.trim().split(/\\s+/).join(" "), element.getAttribute("aria-label"), element.id]
"""


class Demo:
    """`gatehouse demo` on a free port, in an empty directory."""

    def __init__(self, smtp=None):
        self.options = ["--smtp", smtp] if smtp else []

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.log = open(f"{self.directory.name}/log", "w+")
        # Between the choice of free ports and their use, no other demo may choose. Any other program may take one.
        with open(f"{tempfile.gettempdir()}/gatehouse-demo.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for _ in range(5):
                if line := self.start():
                    break
                self.process.wait(40)
                self.log.seek(0)
                told = self.log.read()
                assert "Address already in use" in told, told
        self.told = json.loads(line)
        self.url = self.told["url"]
        self.application = self.told["applications"][0]["url"]
        self.database = f"{self.directory.name}/demo/gatehouse.db"
        self.configuration = f"{self.directory.name}/demo/gatehouse.jsonc"
        return self

    def start(self):
        """Starts the demo, and returns its greeting; an empty line if it has ended."""
        self.process = subprocess.Popen(
            [BINARY, "demo", "--listen", "127.0.0.1:0", "--data", f"{self.directory.name}/demo", "--json", *self.options],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        return self.process.stdout.readline()

    def visit(self, *users):
        """Signs in users, so that the pages know them."""
        for user in users:
            with Browser(self) as browser:
                browser.sign_in(user)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        self.log.close()
        self.directory.cleanup()


class Chromium:
    """Processes of headless Chromium. A process that is given back serves the next browser, because a start costs more
    than most tests."""

    free = {True: [], False: []}

    @classmethod
    def take(cls, script):
        """Returns a driver with an empty profile: a free process if there is one, otherwise a new one."""
        return cls.free[script].pop() if cls.free[script] else cls.start(script)

    @classmethod
    def start(cls, script):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        if not script:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))

    @classmethod
    def give_back(cls, driver, script):
        """Closes all pages, which ends what was set for them and their history, and empties the profile."""
        try:
            pages = driver.window_handles
            driver.switch_to.new_window("tab")
            empty = driver.current_window_handle
            for page in pages:
                driver.switch_to.window(page)
                driver.close()
            driver.switch_to.window(empty)
            driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
            driver.execute_cdp_cmd("Network.clearBrowserCache", {})
            driver.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "default"})
            driver.get_log("browser")
            assert driver.get_cookies() == [] and driver.window_handles == [empty]
        except (AssertionError, WebDriverException):
            driver.quit()
        else:
            cls.free[script].append(driver)

    @classmethod
    def quit(cls):
        for driver in cls.free[True] + cls.free[False]:
            driver.quit()


atexit.register(Chromium.quit)


class Browser:
    """A browser with nothing stored."""

    def __init__(self, demo, width=1280, height=900, dark=False, script=True):
        self.demo, self.width, self.script = demo, width, script
        self.driver = Chromium.take(script)
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        if dark:
            self.driver.execute_cdp_cmd(
                "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        Chromium.give_back(self.driver, self.script)

    def open(self, place=""):
        """Opens a path of the gateway, or a URL."""
        self.driver.get(place if place.startswith("http:") else self.demo.url + place)

    @property
    def url(self):
        return self.driver.current_url

    @property
    def path(self):
        return self.driver.current_url.removeprefix(self.demo.url)

    @property
    def text(self):
        return self.driver.find_element(By.TAG_NAME, "body").text

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def until(self, condition, seconds=10):
        # While a page is replaced, the browser may fail to read it.
        wait = WebDriverWait(self.driver, seconds, 0.05, ignored_exceptions=[WebDriverException])
        return wait.until(lambda _: condition())

    def choose(self, user):
        """Chooses this user at the demo provider."""
        self.until(lambda: self.all(f"button[value='{user}']"))
        self.find(f"button[value='{user}']").click()
        self.until(lambda: not self.url.startswith(self.demo.told["provider_url"]))

    def sign_in(self, user, place="/organizations/acme"):
        """Signs in at a path of the gateway, or at the URL of an application."""
        self.open(place)
        self.choose(user)

    @property
    def role(self):
        """The user's role in the organization of the page, as its menu shows it."""
        return self.find(".switcher .who .quiet").get_property("textContent")

    def sign_out(self):
        self.find(".account summary").click()
        self.find(".account button").click()
        self.until(lambda: self.path.startswith("/auth/signed-out"))

    def screenshot(self, name):
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            height = self.driver.execute_script("return document.documentElement.scrollHeight")
            self.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": self.width, "height": min(height, 4000), "deviceScaleFactor": 1, "mobile": self.width < 500})
            self.driver.save_screenshot(f"{folder}/{name}.png")

    def reach(self, name, *keys):
        """Moves the focus by the Tab key to the control of this text, label or ID, and sends the keys to it."""
        for _ in range(120):
            element = self.driver.switch_to.active_element
            if name in self.driver.execute_script(NAMES):
                outline = element.value_of_css_property("outline-style")
                assert outline != "none", f"the focus on {name} is invisible"
                element.send_keys(*keys)
                return
            element.send_keys(Keys.TAB)
        raise AssertionError(f"the keyboard does not reach {name}")

    def follow(self, name, *keys):
        """Reaches a control by the keyboard, sends the keys (Enter if there are none), and waits for the next page."""
        self.leave(lambda: self.reach(name, *(keys or [Keys.ENTER])))

    @property
    def fits(self):
        """True if the page is not wider than the window. (A phone's `innerWidth` grows with the page.)"""
        return self.driver.execute_script("return document.documentElement.scrollWidth") <= self.width

    def violations(self):
        """The violations of WCAG 2.2 A or AA that axe-core finds, and whether the page is too wide."""
        self.driver.execute_script(AXE)
        found = self.driver.execute_async_script(RUN)
        return found if self.fits else [*found, "the page is wider than the window"]

    def named(self, name, part="body"):
        """The button, link or menu of this name."""
        elements = self.all(f"{part} button, {part} a, {part} summary")
        return next(e for e in elements if name in (" ".join(e.text.split()), e.get_attribute("aria-label")))

    def press(self, name, part="main"):
        """Presses the button or link of this name, and waits for what it leads to."""
        self.go(self.named(name, part))

    def choose_action(self, row, action):
        """Chooses an action in the menu of a row, and waits for what it leads to."""
        row = next(r for r in self.all("tbody tr") if row in r.text)
        row.find_element(By.CSS_SELECTOR, ".rows summary").click()
        self.go(next(a for a in row.find_elements(By.CSS_SELECTOR, ".items a") if a.text == action))

    def go(self, element):
        """Presses a button or link, and waits for its page, or for the question that it asks."""
        # A tap on an emulated phone may scroll instead; a key does not.
        self.leave(lambda: element.send_keys(Keys.ENTER) if self.width < 500 else element.click())

    def search(self, words):
        """Types into the search field, presses Enter, and waits for the next page; for a browser without script."""
        self.leave(lambda: self.find("#q").send_keys(words, Keys.ENTER))

    def leave(self, act):
        """Does what leads to another page, or what opens or closes a question above this one, and waits for it."""
        page, asked = self.find("html"), self.is_asked
        act()
        self.until(lambda: self.is_gone(page) or self.is_asked != asked)

    @property
    def is_asked(self):
        """Whether a question is shown above the page."""
        return bool(self.all("dialog[open]"))

    @property
    def heading(self):
        """The heading of the question that is asked, or of the page."""
        return (self.all("dialog[open] h1") or self.all("h1"))[0]

    def is_gone(self, element):
        try:
            element.is_enabled()
            return False
        except WebDriverException:
            return True

    def problems(self):
        """The browser's complaints: refused scripts, styles and forms, and errors."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
