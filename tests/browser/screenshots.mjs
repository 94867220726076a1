// SPDX-License-Identifier: Apache-2.0
// Takes the pictures of docs/images again: COUNTERSIGN_BUILD=build node tests/browser/screenshots.mjs [FOLDER]
// and then, to keep them small: pngquant --force --ext .png 48 docs/images/{approver,operator}-*.png
import path from "node:path";
import {fileURLToPath} from "node:url";
import {answerWith} from "./admin_double.mjs";
import {SCREENS, show} from "./gallery.mjs";
import {openBrowser, openPhone, openStage} from "./stage.mjs";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../docs/images", import.meta.url));
const stage = openStage();
const browser = await openBrowser();
const {page} = await openPhone(browser, {reducedMotion: "reduce"});
// The clock is stopped, so that pictures change only where a screen does.
await page.clock.setFixedTime(new Date("2026-11-26T09:00:14Z"));
await page.goto(`${await stage.address()}/approve/`);
await page.getByRole("heading", {name: "No account yet"}).waitFor();
for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({colorScheme, reducedMotion: "reduce"});
    for (const screen of SCREENS) {
        await show(page, screen, "en");
        await page.screenshot({path: path.join(folder, `approver-${screen}-${colorScheme}.png`)});
    }
}
// The operator's console, with a double of its API.
const DESK = {viewport: {width: 1280, height: 800}, isMobile: false, hasTouch: false, reducedMotion: "reduce"};
for (const [place, colorScheme] of [["live", "light"], ["person/7", "light"], ["figures", "light"], ["person/7", "dark"]]) {
    const desk = await openPhone(browser, {...DESK, colorScheme});
    await answerWith(desk.page);
    await desk.page.goto(`${await stage.address()}/console/admin/#/${place}`);
    await desk.page.locator("nav a[aria-current]").waitFor();
    await desk.page.locator("main table").first().waitFor();
    await desk.page.screenshot({path: path.join(folder, `operator-${place.split("/")[0]}-${colorScheme}.png`)});
    await desk.context.close();
}
await browser.close();
await stage.close();
