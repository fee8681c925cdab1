"""Looks at the gateway's page as people do, in a real browser. Usage: browser.py URL SCREENSHOTS PHOTOGRAPH…

Prints a line for each thing that is as it should be, and ends with status 1 at the first that is not.
"""
import pathlib
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

url, screenshots, *photographs = sys.argv[1:]
screenshots = pathlib.Path(screenshots)
screenshots.mkdir(parents=True, exist_ok=True)
axe = Axe()
wcag = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}}
expect.set_options(timeout=30_000)


def check(holds, what):
    print(("ok: " if holds else "FAILED: ") + what, flush=True)
    if not holds:
        sys.exit(1)


def is_accessible(page, what):
    page.wait_for_timeout(900)  # What moves in has arrived: contrast is measured of what is there.
    violations = axe.run(page, options=wcag).response["violations"]
    found = [f"{v['id']}: {v['nodes'][0]['target']} {v['nodes'][0]['failureSummary']}" for v in violations]
    check(not found, f"axe-core finds nothing: {what} {found}")


def fits(page):
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    check(wide <= 0, f"nothing is wider than the window ({wide} px)")


def pixels(page):
    return page.locator(".card .frame").first.screenshot()


def open_page(browser, **options):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"], **options)
    page = context.new_page()
    page.outside, page.errors = [], []
    page.on("request", lambda request: page.outside.append(request.url)
            if not request.url.startswith((url, "blob:", "data:")) else None)
    # Chromium's own word about a worker that a busy machine has lost before it could be drained is none.
    page.on("console", lambda message: page.errors.append(f"{message.text} {message.location.get('url')}")
            if message.type == "error" and not message.location.get("url", "").endswith("/drain") else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.goto(url + "/")
    return page


def add(page, files, count):
    page.locator("#pick-file").set_input_files(files)
    expect(page.locator(".card .caption")).to_have_count(count)


def see_photographs(browser):
    page = open_page(browser, viewport={"width": 1280, "height": 900}, color_scheme="light")
    is_accessible(page, "the empty page")
    page.screenshot(path=screenshots / "empty-light.png")
    add(page, photographs[:2], 2)
    announced = page.locator("#announcer").text_content()
    check(len(announced.split()) > 3, f"the caption is announced: {announced}")

    words = page.locator(".card").first.locator(".word")
    check(words.count() > 3, f"{words.count()} words came")
    check(all("%" in text for text in words.all_inner_texts()), "each word has its probability")
    page.wait_for_timeout(1500)
    before = pixels(page)
    words.nth(1).hover()
    page.wait_for_timeout(600)
    second = pixels(page)
    check(second != before, "pointing at a word changes the picture")
    words.nth(words.count() - 1).hover()
    page.wait_for_timeout(600)
    check(pixels(page) != second, "another word shows another place")
    page.mouse.move(2, 2)
    page.wait_for_timeout(600)
    check(pixels(page) == before, "pointing away shows the photograph again")
    words.first.focus()
    page.keyboard.press("ArrowRight")
    expect(words.nth(1)).to_be_focused()
    check(page.locator(".card canvas").first.get_attribute("data-word") == "1", "keys move from word to word")
    words.nth(2).click()
    page.screenshot(path=screenshots / "photographs-light.png", full_page=True)
    is_accessible(page, "photographs, light")

    card = page.locator(".card").first
    scores = [float(text.split()[-1]) for text in card.locator(".beams small").all_inner_texts()]
    check(scores and scores == sorted(scores, reverse=True), f"the other sentences have scores {scores}")
    card.get_by_role("button", name="Play the words").click()
    expect(words.nth(1)).to_have_attribute("aria-pressed", "true")
    card.get_by_role("button", name="Stop").click()
    card.get_by_role("button", name="Copy as alt text").click()
    page.wait_for_timeout(200)
    copied = page.evaluate("navigator.clipboard.readText()")
    check(copied == card.locator("img").get_attribute("alt"), f"the caption is copied: {copied}")
    with page.expect_download() as download:
        card.get_by_role("button", name="Download").click()
    download.value.save_as(screenshots / "downloaded.png")
    check((screenshots / "downloaded.png").stat().st_size > 20_000, "the picture with attention is saved")

    page.get_by_label("1", exact=True).check()
    expect(card.locator(".beams")).to_have_count(0)
    expect(page.locator(".card .caption")).to_have_count(2)
    check(True, "another number of beams captions anew")
    return page


def see_strange_files(page):
    page.on("dialog", lambda dialog: check(False, "a file's name ran as code"))
    name = "<img src=x onerror=alert(1)>.jpg"
    data = open(photographs[0], "rb").read()
    add(page, [{"name": name, "mimeType": "image/jpeg", "buffer": data}], 3)
    check(page.locator(".card .file").first.text_content() == name, "HTML in a file's name is text")
    page.locator("#pick-file").set_input_files(
        [{"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"not an image"}])
    wrong = page.locator(".card .wrong")
    expect(wrong).to_have_count(1)
    check("notes.jpg" in wrong.text_content(), f"what is no image is told: {wrong.text_content()}")
    bmp = page.evaluate("""async () => {
      const canvas = new OffscreenCanvas(64, 64);
      canvas.getContext('2d').fillRect(8, 8, 30, 30);
      const blob = await canvas.convertToBlob({type: 'image/webp'});
      const data = new DataTransfer();
      data.items.add(new File([blob], 'dropped.webp', {type: 'image/webp'}));
      document.querySelector('#drop').dispatchEvent(
        new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
      return blob.type;
    }""")
    expect(page.locator(".card .caption")).to_have_count(4)
    check(True, f"a dropped {bmp} is captioned")
    page.evaluate("""async () => {
      const canvas = new OffscreenCanvas(64, 64);
      canvas.getContext('2d').fillRect(8, 8, 30, 30);
      const blob = await canvas.convertToBlob({type: 'image/png'});
      const data = new DataTransfer();
      data.items.add(new File([blob], 'pasted.png', {type: blob.type}));
      dispatchEvent(new ClipboardEvent('paste', {clipboardData: data}));
    }""")
    expect(page.locator(".card .caption")).to_have_count(5)
    check(True, "a pasted photograph is captioned")


def see_mesh(page):
    page.get_by_role("link", name="Mesh", exact=True).click()
    encoders = page.locator(".stage").nth(1).locator(".worker")
    expect(encoders).to_have_count(1)
    check(True, "the mesh is shown with its encoder")
    page.get_by_role("button", name="Add an encoder").click()
    expect(encoders).to_have_count(2)
    expect(page.locator(".stage").nth(1).locator(".worker[data-state=idle]")).to_have_count(2)
    check(True, "an encoder is added")
    page.wait_for_timeout(2500)
    page.screenshot(path=screenshots / "mesh-light.png", full_page=True)
    is_accessible(page, "the mesh, light")
    page.get_by_role("button", name="Remove an encoder").click()
    expect(encoders).to_have_count(1)
    check(True, "an encoder is removed")
    name = encoders.first.inner_text().split(",")[0]
    page.get_by_role("button", name=f"Drain {name.lower()}").click()
    expect(page.get_by_text(name + ",")).to_have_count(0)
    expect(page.locator(".stage").nth(1).locator(".worker[data-state=idle]")).to_have_count(1)
    check(True, "an encoder is drained, and another takes its place")


def see_dark_and_small(browser):
    page = open_page(browser, viewport={"width": 1280, "height": 900}, color_scheme="dark")
    add(page, photographs[:2], 2)
    page.locator(".word").nth(2).click()
    is_accessible(page, "photographs, dark")
    page.screenshot(path=screenshots / "photographs-dark.png", full_page=True)
    page.goto(url + "/#mesh")
    expect(page.locator(".stage")).to_have_count(4)
    page.wait_for_timeout(2500)
    is_accessible(page, "the mesh, dark")
    page.screenshot(path=screenshots / "mesh-dark.png", full_page=True)
    check(not page.outside and not page.errors, f"nothing outside, no errors {page.outside + page.errors}")

    phone = open_page(
        browser, viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True,
        is_mobile=True, color_scheme="light")
    fits(phone)
    phone.screenshot(path=screenshots / "phone-empty.png")
    add(phone, photographs[:1], 1)
    phone.locator(".word").nth(2).tap()
    phone.wait_for_timeout(600)
    check(phone.locator("canvas.shown").count() == 1, "tapping a word shows where the model looked")
    fits(phone)
    is_accessible(phone, "photographs, phone")
    phone.screenshot(path=screenshots / "phone.png", full_page=True)
    phone.goto(url + "/#mesh")
    expect(phone.locator(".stage")).to_have_count(4)
    fits(phone)
    phone.screenshot(path=screenshots / "phone-mesh.png", full_page=True)


with sync_playwright() as playwright:
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
    page = see_photographs(browser)
    see_strange_files(page)
    see_mesh(page)
    check(not page.outside, f"nothing outside is asked for {page.outside}")
    check(not page.errors, f"the console has no errors {page.errors}")
    see_dark_and_small(browser)
    browser.close()
