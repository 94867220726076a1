// SPDX-License-Identifier: Apache-2.0
// The pages of the account in a real browser: a password is changed there by phone or code, and a session is ended.
import assert from "node:assert/strict";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {readFile} from "node:fs/promises";
import {AXE, enrol, openBrowser, openPhone, openStage} from "./stage.mjs";

const PASSWORD = "a quiet harbour, 7 boats";
/** Each character that means something in XML. */
const NEW = "new <harbour> & \"8\" bo'ats ]]>";
const LANGUAGES = ["en", "de", "fr", "es", "ja"];
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

let stage, browser, phone, desk, page, address;
let count = 0;

before(async () => {
    stage = openStage();
    browser = await openBrowser();
    address = await stage.address();
});
after(async () => {
    await browser?.close();
    await stage?.close();
});
beforeEach(async () => {
    phone = await openPhone(browser);
    desk = await openPhone(browser, {viewport: {width: 1100, height: 800}, isMobile: false, hasTouch: false});
    page = desk.page;
});
afterEach(async () => {
    await phone.context.close();
    await desk.context.close();
    assert.deepEqual([...phone.complaints, ...desk.complaints], []);
});

const heading = (name, of = page) => of.getByRole("heading", {level: 1, name}).waitFor();
const button = (name, of = page) => of.getByRole("button", {name, exact: true});
const cookies = async () => (await desk.context.cookies()).filter(({name, value}) => name === "countersign_session" && value !== "");

async function technician(policy = {}) {
    const company = `acme${++count}`;
    const email = `ann@${company}.example`;
    await stage.company(company, [email], policy);
    return {company, email};
}

async function ask(email, old, now) {
    await page.goto(`${address}/account/password`);
    await page.getByLabel("E-mail address").fill(email);
    await page.getByLabel("Current password", {exact: true}).fill(old);
    await page.getByLabel("New password", {exact: true}).fill(now);
    await button("Change the password").click();
}

/** The phone answers with the number that the desk shows. */
async function answer(press) {
    await heading("Approve on your phone");
    const number = (await page.locator(".match").textContent()).replaceAll(/\D/g, "");
    await phone.page.evaluate(() => dispatchEvent(new Event("online")));
    await heading("Sign in and set a new password?", phone.page);
    await phone.page.getByLabel("Number on the console").fill(number);
    await button(press, phone.page).click();
}

test("an expired password is changed with a push, and the new one signs in", async () => {
    const {email} = await technician({password_age: 1});
    await stage.advance(2 * 86_400);
    await enrol(phone.page, await stage.link(email));
    await ask(email, PASSWORD, NEW);
    await answer("Approve");
    await heading("Your password is changed");
    assert.deepEqual(await cookies(), []);
    assert.equal(await stage.signIn(email, PASSWORD), "InvalidPassword");
    assert.equal(await stage.signIn(email, NEW), "OkTwoFactorAuthenticationRequired");
});

test("a company without a second factor says why a password is refused, and takes a longer one", async () => {
    const {email} = await technician({second_factor: "off"});
    await ask(email, PASSWORD, "sea otter");
    await page.getByRole("alert").getByText("at least 15 characters").waitFor();
    await page.getByLabel("New password", {exact: true}).fill(NEW);
    await button("Change the password").click();
    await heading("Your password is changed");
    assert.deepEqual(await cookies(), []);
    assert.equal(await stage.signIn(email, NEW), "OK");
});

test("a refusal and a wrong password change nothing, and say so", async () => {
    const {email} = await technician();
    await enrol(phone.page, await stage.link(email));
    await ask(email, "not the password", NEW);
    await page.getByRole("alert").getByText("Address or password is wrong").waitFor();
    await page.getByLabel("Current password", {exact: true}).fill(PASSWORD);
    await button("Change the password").click();
    await answer("Refuse");
    await heading("Refused on your phone");
    assert.equal(await stage.signIn(email, NEW), "InvalidPassword");
});

test("the page of the console signs out, and keeps no ticket in the address", async () => {
    const {email} = await technician({second_factor: "off"});
    await page.goto(`${address}/console/#ticket=secret`);
    await heading("You are signed in at your console");
    assert.equal(page.url(), `${address}/console/`);
    await page.evaluate(async ([user, password]) => {
        const {createService} = await import(new URL("/account/js/soap.js", location).href);
        await createService(new URL("/WebServices/TechnicianConsole.asmx", location))("loginTechnicianFromStandalone_v7_2",
            {sEmail: user, sPassword: password, sLanguage: "en"});
    }, [email, PASSWORD]);
    await page.reload();
    await heading("You are signed in");
    await button("Sign out").click();
    await heading("You are signed out");
    assert.deepEqual(await cookies(), []);
    await page.reload();
    await heading("You are not signed in here");
});

test("both pages fit 320 pixels, and axe finds no fault, in all languages", async () => {
    const found = [];
    for (const [i, locale] of LANGUAGES.entries()) {
        const small = await openPhone(browser, {locale, viewport: {width: 320, height: 640}, colorScheme: i % 2 ? "dark" : "light",
            reducedMotion: "reduce"});
        for (const path of ["/account/password", "/console/"]) {
            await small.page.goto(address + path);
            await small.page.locator("h1").waitFor();
            assert.equal(await small.page.evaluate(() => document.documentElement.lang), locale);
            await small.page.evaluate(await readFile(AXE, "utf8"));
            found.push(...await small.page.evaluate(async (rules) => (await globalThis.axe.run({runOnly: rules})).violations.map((v) =>
                `${location.pathname}: ${v.id}: ${v.nodes.map((n) => n.html)}`), RULES));
            if (await small.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth))
                found.push(`${path}, ${locale}: wider than the screen`);
        }
        await small.context.close();
        found.push(...small.complaints);
    }
    assert.deepEqual(found, []);
});
