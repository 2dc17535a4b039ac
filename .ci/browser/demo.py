"""The demo and a browser for it; shared by the browser tests."""

import json
import os
import signal
import subprocess
import tempfile

from gatehouse import BINARY
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait


class Demo:
    """`gatehouse demo` on a free port, in an empty directory."""

    def __init__(self, smtp=None):
        self.options = ["--smtp", smtp] if smtp else []

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.log = open(f"{self.directory.name}/log", "w")
        self.process = subprocess.Popen(
            [BINARY, "demo", "--listen", "127.0.0.1:0", "--data", f"{self.directory.name}/demo", "--json", *self.options],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.told = json.loads(self.process.stdout.readline())
        self.url = self.told["url"]
        self.database = f"{self.directory.name}/demo/gatehouse.db"
        self.configuration = f"{self.directory.name}/demo/gatehouse.jsonc"
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        self.log.close()
        self.directory.cleanup()


class Browser:
    """Headless Chromium with its own profile."""

    def __init__(self, demo, width=1280, height=900, dark=False, script=True):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", f"--window-size={width},{height}"):
            options.add_argument(argument)
        if not script:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        self.driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
        self.demo = demo
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        if dark:
            self.driver.execute_cdp_cmd(
                "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def open(self, path=""):
        self.driver.get(self.demo.url + path)

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
        wait = WebDriverWait(self.driver, seconds, ignored_exceptions=[WebDriverException])
        return wait.until(lambda _: condition())

    def choose(self, user):
        """Chooses this user at the demo provider."""
        self.until(lambda: self.all(f"button[value='{user}']"))
        self.find(f"button[value='{user}']").click()
        self.until(lambda: self.driver.current_url.startswith(self.demo.url))

    def sign_in(self, user, path="/organizations/acme"):
        self.open(path)
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
            width = self.driver.execute_script("return window.innerWidth")
            self.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": min(height, 4000), "deviceScaleFactor": 1, "mobile": width < 500})
            self.driver.save_screenshot(f"{folder}/{name}.png")

    def problems(self):
        """The browser's complaints: refused scripts, styles and forms, and errors."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
