"""Takes a screenshot of every page in every state, at 1440 and 390 pixels, light and dark.

    python screenshots.py FOLDER [WORD]     only pages whose name contains WORD
"""

import os
import sys

sys.path[:0] = [os.path.join(os.path.dirname(__file__), "..", name) for name in ("support", "acceptance")]

from demo import Demo  # noqa: E402
from gallery import prepare, states  # noqa: E402


def main(folder, word=""):
    os.makedirs(folder, exist_ok=True)
    os.environ["SCREENSHOTS"] = folder
    with Demo() as demo:
        prepare(demo)
        for width, dark in ((1440, False), (1440, True), (390, False), (390, True)):
            for name, browser in states(demo, width, dark):
                if word in name:
                    browser.screenshot(f"{name}-{width}{'-dark' if dark else ''}")
                if not browser.fits:
                    print(f"{name} is wider than {width} pixels")


if __name__ == "__main__":
    main(*sys.argv[1:])
