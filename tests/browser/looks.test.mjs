// SPDX-License-Identifier: Apache-2.0
// How every screen looks: nothing overflows a small phone in any language, targets are large enough for thumbs, and axe reports no fault.
import assert from "node:assert/strict";
import {readFile} from "node:fs/promises";
import {after, before, test} from "node:test";
import {SCREENS, show} from "./gallery.mjs";
import {AXE, openBrowser, openPhone, openStage} from "./stage.mjs";

const {default: english} = await import("../../src/web/approve/js/lang/en.js");
const {LANGUAGES} = await import("../../src/web/approve/js/i18n.js");

/** The words of every message. */
const MESSAGES = Object.keys(english).map((key) => /^(.*)\.title$/.exec(key)?.[1])
    .filter((key) => key && (`${key}.text` in english) && !/^(home|purpose)/.test(key));
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let stage, browser, phone, page;

before(async () => {
    stage = openStage();
    browser = await openBrowser();
    phone = await openPhone(browser, {reducedMotion: "reduce"});
    page = phone.page;
    await page.goto(`${await stage.address()}/approve/`);
    await page.getByRole("heading", {name: "No account yet"}).waitFor();
});
after(async () => {
    await browser?.close();
    await stage?.close();
    assert.deepEqual(phone.complaints, []);
});

/** What is wider than the screen, cut off, or too small for a thumb. Runs in the page. */
function misfits() {
    const width = document.documentElement.clientWidth;
    const all = [...document.querySelectorAll("body *")].filter((e) => !e.closest(".aloud, svg"));
    const outside = all.filter((e) => e.getBoundingClientRect().right > width + 0.5 || e.getBoundingClientRect().left < -0.5);
    const cut = all.filter((e) => e.matches("button, a, h1, h2, dt, dd, p, label, li, strong") && e.scrollWidth > e.clientWidth + 1 &&
        getComputedStyle(e).display !== "inline");
    const small = all.filter((e) => e.matches("button, a, input:not([hidden]), select, summary"))
        .filter((e) => e.getBoundingClientRect().width < 44 || e.getBoundingClientRect().height < 44);
    const say = (what, elements) => elements.map((e) => `${what}: ${e.outerHTML.slice(0, 160)}`);
    return [...say("outside", outside), ...say("cut off", cut), ...say("small", small)];
}

for (const code of Object.keys(LANGUAGES)) {
    test(`nothing overflows 360 and 320 pixels: ${code}`, async () => {
        const found = [];
        for (const width of [360, 320]) {
            await page.setViewportSize({width, height: 740});
            for (const screen of [...SCREENS, ...MESSAGES]) {
                await show(page, screen, code);
                found.push(...(await page.evaluate(misfits)).map((fault) => `${screen}, ${width}: ${fault}`));
            }
        }
        assert.deepEqual(found, []);
    });
}

/** Every language, and dark mode once: it changes only colours. */
const AXE_RUNS = [...Object.keys(LANGUAGES).map((code) => [code, "light"]), ["en", "dark"]];

for (const [code, colorScheme] of AXE_RUNS) {
    test(`axe finds no fault: ${code}, ${colorScheme}`, async () => {
        await page.setViewportSize({width: 360, height: 740});
        await page.emulateMedia({colorScheme, reducedMotion: "reduce"});
        await page.evaluate(await readFile(AXE, "utf8"));
        const found = [];
        for (const screen of SCREENS) {
            await show(page, screen, code);
            const violations = await page.evaluate(async (rules) => (await globalThis.axe.run({runOnly: rules})).violations, RULES);
            found.push(...violations.map((v) => `${screen}: ${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`)}`));
        }
        assert.deepEqual(found, []);
    });
}
