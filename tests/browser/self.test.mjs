// SPDX-License-Identifier: Apache-2.0
// The self-service ("Your account") in a real browser, against a real server: devices, sign-ins, codes, password.
import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {addAuthenticator, enrol, NAMED, openBrowser, openPhone, openStage} from "./stage.mjs";

/** What stage.py gives every technician. */
const PASSWORD = "a quiet harbour, 7 boats";
const STEP = 30;

let stage, browser, phone, page, address;
let count = 0;

before(async () => {
    stage = openStage(NAMED);
    browser = await openBrowser();
    address = await stage.address();
});
after(async () => {
    await browser?.close();
    await stage?.close();
});
beforeEach(async () => {
    phone = await openPhone(browser, {permissions: ["clipboard-read", "clipboard-write"]});
    page = phone.page;
});
afterEach(async () => {
    await phone.context.close();
    assert.deepEqual(phone.complaints, []);
});

const heading = (name, of = page) => of.getByRole("heading", {level: 1, name}).waitFor();
const button = (name, of = page) => of.getByRole("button", {name, exact: true});
const link = (name) => page.getByRole("link", {name, exact: true});
const alert = (text) => page.getByRole("alert").getByText(text, {exact: true}).waitFor();
const device = (name) => page.locator(".cards > li", {has: page.getByRole("heading", {level: 3, name, exact: true})});
const inDialog = (name) => page.getByRole("dialog").getByRole("button", {name, exact: true});

async function technician(policy = {}) {
    const company = `acme${++count}`;
    const email = `ann@${company}.example`;
    await stage.company(company, [email], policy, `Acme ${count}`);
    return {company, email};
}

async function openSelf(email) {
    await page.getByRole("link", {name: email}).click();
    await button("Your account").click();
    await heading("Your account");
}

/** A technician whose phone is enrolled and whose self-service is open. */
async function opened(policy) {
    const who = await technician(policy);
    await enrol(page, await stage.link(who.email));
    await openSelf(who.email);
    return who;
}

async function approved(email, {result = "OK", warning} = {}) {
    const challenge = await stage.begin(email);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await heading("Is this you?");
    await page.getByLabel("Number on the console").fill(challenge.number);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await page.locator(".problem").count(), warning === undefined ? 0 : 1);
    if (warning !== undefined)
        await page.getByText(warning).waitFor();
    assert.equal(await stage.settle(challenge.login, challenge.push), result);
    await button("Done").click();
}

/** What an authenticator with the server's clock shows. */
const oathtool = async (secret) =>
    execFileSync("oathtool", ["--totp=sha1", "--base32", `--now=@${await stage.now()}`, secret], {encoding: "utf8"}).trim();

test("devices: this one and others, renamed, and another one removed, which learns it", async () => {
    const {email} = await technician();
    await enrol(page, await stage.link(email));
    const other = await openPhone(browser);
    await enrol(other.page, await stage.link(email), "The old tablet");
    await openSelf(email);
    await device("Ann's phone").getByText("This device").waitFor();
    assert.equal(await device("The old tablet").getByText("This device").count(), 0);

    await device("Ann's phone").getByRole("button", {name: "Rename"}).click();
    await page.getByRole("dialog").getByRole("textbox").fill("   ");
    await page.keyboard.press("Enter");
    await alert("A name is missing");
    await device("Ann's phone").getByRole("button", {name: "Rename"}).click();
    assert.equal(await page.evaluate(() => document.activeElement.value), "Ann's phone");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("Ann’s new phone");
    await page.keyboard.press("Enter");
    await device("Ann’s new phone").waitFor();
    assert.deepEqual((await stage.devices(email)).map(({name}) => name).sort(), ["Ann’s new phone", "The old tablet"]);

    await device("The old tablet").getByRole("button", {name: "Remove"}).click();
    await inDialog("Cancel").click();
    await device("The old tablet").getByRole("button", {name: "Remove"}).click();
    await inDialog("Remove").click();
    await device("The old tablet").waitFor({state: "detached"});
    assert.deepEqual((await stage.devices(email)).map(({state}) => state).sort(), ["active", "removed"]);
    await other.page.evaluate(() => dispatchEvent(new Event("online")));
    await other.page.locator(".tag", {hasText: "Removed"}).waitFor();
    await other.context.close();
    assert.deepEqual(other.complaints, []);

    await page.getByRole("link", {name: "Back"}).click();
    await page.locator(".facts").getByText("Ann’s new phone").waitFor();
});

test("a thief of the token asks for nonces, and another window is faster: it opens all the same", async () => {
    const {email} = await technician();
    await enrol(page, await stage.link(email));
    let tries = 0;
    await page.route("**/api/self/open", async (route) => {
        const headers = {Authorization: await route.request().headerValue("authorization")};
        for (let i = 0; i < 3; i++)
            assert.equal((await (await page.request.post(`${address}/api/self/begin`, {headers, data: {}})).json()).result, "OK");
        if (++tries === 1)
            await route.fulfill({status: 200, json: {result: "StaleNonce"}});
        else
            await route.continue();
    });
    await openSelf(email);
    assert.equal(tries, 2);
});

test("this device is removed", async () => {
    const {email} = await opened();
    await device("Ann's phone").getByRole("button", {name: "Remove"}).click();
    await inDialog("Remove").click();
    await page.getByText("The last way in").waitFor();
    await stage.recovery(email);
    await device("Ann's phone").getByRole("button", {name: "Remove"}).click();
    await inDialog("Remove").click();
    await heading("No account yet");
    assert.deepEqual((await stage.devices(email)).map(({state}) => state), ["removed"]);
});

test("a password that expires soon is warned of at each approval and in the account, and one that is over", async () => {
    const {email} = await technician({password_age: 20});
    await enrol(page, await stage.link(email));
    await approved(email);
    await stage.advance(15 * 86_400);
    await approved(email, {warning: "Your password expires in 5 days."});
    await openSelf(email);
    await page.locator(".problem").getByText("It expires in 5 days.").waitFor();
    await button("Close").click();
    await stage.advance(5 * 86_400);
    await approved(email, {result: "UserPasswordExpired", warning: "Your password has to be changed"});
    await openSelf(email);
    await page.locator(".problem").getByText("It has to be changed at the next sign-in.").waitFor();
});

test("last sign-ins, in plain words", async () => {
    const {email} = await technician();
    await enrol(page, await stage.link(email));
    await approved(email);
    for (const times of [1, 2, 3])
        assert.equal(await stage.signIn(email, `not the password ${times}`), "InvalidPassword");
    await openSelf(email);
    const granted = await page.locator(".signins.granted > li").allInnerTexts();
    const refused = await page.locator(".signins.refused > li").allInnerTexts();
    assert.equal(granted.length, 1);
    assert.ok(granted[0].includes("Signed in with a device") && !granted[0].includes("time"), granted[0]);
    assert.equal(refused.length, 1);
    assert.match(refused[0], /Wrong password[^]* · 3 times\nthe first on /);
    for (const row of [...granted, ...refused])
        assert.ok(row.includes("Console 7.2") && row.includes("127.0.0.1"), row);
});

test("it closes by itself, asks again, and goes on", async () => {
    const {email} = await opened();
    await stage.advance(601);
    await device("Ann's phone").getByRole("button", {name: "Rename"}).click();
    await page.getByRole("dialog").getByRole("textbox").fill("Later");
    await inDialog("Save").click();
    await page.getByRole("dialog", {name: "Confirm again that it is you"}).getByRole("button", {name: "Cancel"}).click();
    await alert("This has closed");
    await device("Ann's phone").getByRole("button", {name: "Rename"}).click();
    await page.getByRole("dialog").getByRole("textbox").fill("Later");
    await inDialog("Save").click();
    await inDialog("Confirm").click();
    await device("Later").waitFor();
    assert.deepEqual((await stage.devices(email)).map(({name}) => name), ["Later"]);
});

test("it is closed by its button, by a page that is loaded anew, and by no address alone", async () => {
    const {email} = await opened();
    const place = page.url();
    await button("Close").click();
    await heading(`Acme ${count}`);
    await page.goto(place);
    await heading(`Acme ${count}`);
    await button("Your account").click();
    await heading("Your account");
    await page.reload();
    await heading(`Acme ${count}`);
    const kept = await page.evaluate(() => new Promise((resolve) => {
        indexedDB.open("countersign").onsuccess = ({target}) => {
            target.result.transaction("accounts").objectStore("accounts").getAll().onsuccess = (event) =>
                resolve(Object.keys(event.target.result[0]).join(" "));
        };
    }));
    assert.ok(!/self/i.test(kept), kept);
    await page.getByRole("link", {name: "Back"}).click();
    await page.getByRole("link", {name: email}).waitFor();
});

/** Waits until the server has received that the self-service was left. */
async function left(act) {
    const told = page.waitForResponse("**/api/self/end");
    await act();
    assert.equal((await told).status(), 200);
}

test("Back out of it leaves it for good: no way leads in but another proof", async () => {
    await opened();
    await link("Change the password").click();
    await heading("Change your password");
    await page.goBack();
    await heading("Your account");
    await left(() => page.getByRole("link", {name: "Back"}).click());
    await heading(`Acme ${count}`);
    await page.goBack();
    await heading(`Acme ${count}`);
    assert.ok(!page.url().includes("/self"));
    const proved = page.waitForResponse("**/api/self/open");
    await button("Your account").click();
    await proved;
    await heading("Your account");
    await left(() => page.goBack());
    await heading(`Acme ${count}`);
});

test("left while it loads, or while a question is open: nothing of it comes up any more", async () => {
    await opened();
    let answer;
    const held = new Promise((resolve) => { answer = resolve; });
    await page.route("**/api/self/overview", async (route) => {
        const response = await route.fetch();
        await held;
        await route.fulfill({response});
    });
    const asked = page.waitForRequest("**/api/self/overview");
    await device("Ann's phone").getByRole("button", {name: "Rename"}).click();
    await page.getByRole("dialog").getByRole("textbox").fill("Renamed");
    await inDialog("Save").click();
    await asked;
    await left(() => page.getByRole("link", {name: "Back"}).click());
    await heading(`Acme ${count}`);
    const loaded = page.waitForResponse("**/api/self/overview");
    answer();
    await loaded;
    await page.locator(".facts").getByText("Renamed").waitFor();
    await heading(`Acme ${count}`);
    await page.unroute("**/api/self/overview");

    await button("Your account").click();
    await heading("Your account");
    await device("Renamed").getByRole("button", {name: "Remove"}).click();
    await page.getByRole("dialog").waitFor();
    await left(() => page.goBack());
    await page.getByRole("dialog").waitFor({state: "detached"});
    await heading(`Acme ${count}`);
});

test("an app that is out of view for two minutes leaves it; for less, it stays", async () => {
    await page.clock.install({time: await stage.now() * 1_000});
    await opened();
    const see = (state) => page.evaluate((now) => {
        Object.defineProperty(document, "visibilityState", {get: () => now, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }, state);
    await link("Change the password").click();
    await page.getByLabel("Current password", {exact: true}).fill(PASSWORD);
    await see("hidden");
    await page.clock.runFor(110_000);
    await see("visible");
    assert.equal(await page.getByLabel("Current password", {exact: true}).inputValue(), PASSWORD);
    await see("hidden");
    await left(() => page.clock.runFor(120_000));
    await see("visible");
    await heading(`Acme ${count}`);
    assert.ok(!page.url().includes("/password"));
});

test("a passkey is asked for to open it, where there is one", async () => {
    const authenticator = await addAuthenticator(page);
    const {email} = await technician({passkey: "required"});
    await enrol(page, await stage.link(email));
    await page.getByRole("link", {name: email}).click();
    await authenticator.verifies(false);
    await button("Your account").click();
    await alert("Not confirmed");
    await authenticator.verifies(true);
    await button("Your account").click();
    await heading("Your account");
    await device("Ann's phone").getByText("Fingerprint, face or PIN").waitFor();
});

test("a company's title that was changed does not keep anybody out", async () => {
    const {company, email} = await technician();
    await enrol(page, await stage.link(email));
    await stage.title(company, "Acme, renamed");
    await openSelf(email);
});

test("codes in this app: set up, shown without a network, good at a console; removed", async () => {
    await page.clock.install({time: await stage.now() * 1_000});
    const {email} = await opened();
    await link("Set up codes").click();
    await heading("Set up codes");
    await button("Show the codes in this app").click();
    await heading(`Acme ${count}`);
    const shown = page.locator(".code");
    await shown.filter({hasText: /^\d{3} \d{3}$/}).waitFor();
    const first = await shown.innerText();
    // The first code was spent by confirming it; the next one is shown by itself.
    await page.clock.fastForward(STEP * 1_000);
    await stage.advance(STEP);
    await shown.filter({hasNotText: first}).waitFor();
    assert.equal(await stage.validate(email, (await shown.innerText()).replace(" ", "")), "OK");

    const kept = await page.evaluate(() => new Promise((resolve) => {
        indexedDB.open("countersign").onsuccess = ({target}) => {
            target.result.transaction("accounts").objectStore("accounts").getAll().onsuccess = async (event) => {
                const [{codes}] = event.target.result;
                resolve([codes.algorithm.name, await crypto.subtle.exportKey("raw", codes).then(() => "taken", (error) => error.name)]);
            };
        };
    }));
    assert.deepEqual(kept, ["HMAC", "InvalidAccessError"]);

    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await phone.context.setOffline(true);
    await page.reload();
    await page.locator(".code").filter({hasText: /^\d{3} \d{3}$/}).waitFor();
    await phone.context.setOffline(false);

    await button("Your account").click();
    await page.getByRole("button", {name: "Remove: Codes"}).click();
    await inDialog("Remove").click();
    await link("Set up codes").waitFor();
    await page.getByRole("link", {name: "Back"}).click();
    await heading(`Acme ${count}`);
    assert.equal(await page.locator(".code").count(), 0);
});

test("codes in another authenticator: the key, the link, the picture, a wrong first code, the right one", async () => {
    const {email} = await opened();
    await link("Set up codes").click();
    await heading("Set up codes");
    const secret = (await page.locator(".secret").innerText()).replaceAll(" ", "");
    await button("Copy the key").click();
    await button("Copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), secret);
    const uri = await link("Open it here").getAttribute("href");
    assert.ok(uri.startsWith("otpauth://totp/") && uri.includes(`secret=${secret}`), uri);
    const picture = await page.locator(".qr").getAttribute("viewBox");
    assert.match(picture, /^0 0 (\d+) \1$/);

    await page.getByLabel("First code").fill("12");
    await button("Confirm the code").click();
    await alert("Six digits are needed");
    const code = await oathtool(secret);
    await page.getByLabel("First code").fill(String((Number(code) + 1) % 1_000_000).padStart(6, "0"));
    await button("Confirm the code").click();
    await alert("That is not the code");
    await page.getByLabel("First code").fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await button("Confirm the code").click();
    await heading("Your account");
    await page.getByRole("link", {name: "Replace: Codes"}).waitFor();
    await page.getByRole("link", {name: "Back"}).click();
    await heading(`Acme ${count}`);
    assert.equal(await page.locator(".code").count(), 0);
    await stage.advance(STEP);
    assert.equal(await stage.validate(email, await oathtool(secret)), "OK");
});

test("codes of this app that another device replaced are not shown any more", async () => {
    await page.clock.install({time: await stage.now() * 1_000});
    const {email} = await opened();
    await link("Set up codes").click();
    await button("Show the codes in this app").click();
    await page.locator(".code").filter({hasText: /^\d{3} \d{3}$/}).waitFor();
    await page.getByRole("link", {name: "Back"}).click();

    const other = await openPhone(browser);
    await other.page.clock.install({time: await stage.now() * 1_000});
    await enrol(other.page, await stage.link(email), "The other phone");
    await other.page.getByRole("link", {name: email}).click();
    await button("Your account", other.page).click();
    await other.page.getByRole("link", {name: "Replace: Codes"}).click();
    await button("Show the codes in this app", other.page).click();
    await other.page.locator(".code").filter({hasText: /^\d{3} \d{3}$/}).waitFor();
    await other.context.close();
    assert.deepEqual(other.complaints, []);

    await page.evaluate(() => dispatchEvent(new Event("online")));
    await page.locator(".bell").getByText("authenticator").first().waitFor();
    await page.getByRole("link", {name: email}).click();
    await heading(`Acme ${count}`);
    assert.equal(await page.locator(".code").count(), 0);
});

test("a key that waited too long is replaced by another, and that is said", async () => {
    await opened();
    await link("Set up codes").click();
    await heading("Set up codes");
    const secret = await page.locator(".secret").innerText();
    await stage.advance(601);
    await page.getByLabel("First code").fill("123456");
    await button("Confirm the code").click();
    await inDialog("Confirm").click();
    await alert("This is a new key");
    assert.notEqual(await page.locator(".secret").innerText(), secret);
});

test("recovery codes: shown once, copied, printed, each good once; making new ones is asked about", async () => {
    const {email} = await opened();
    await page.getByText("There are no recovery codes.").waitFor();
    await button("Make new recovery codes").click();
    await heading("Recovery codes");
    const codes = await page.locator(".recovery-codes li").allInnerTexts();
    assert.equal(new Set(codes).size, 10);
    await button("Copy").click();
    await button("Copied").waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), codes.join("\n"));

    await page.evaluate(() => { window.print = () => { document.title = "printed"; }; });
    await button("Print").click();
    assert.equal(await page.title(), "printed");
    await page.emulateMedia({media: "print"});
    const paper = (await page.locator("body").innerText()).split("\n").filter((line) => line.trim() !== "");
    assert.equal(paper[0], "Recovery codes");
    assert.equal(paper[1], `Acme ${count} · ${email}`);
    assert.match(paper[2], /^Made on /);
    assert.deepEqual(paper.slice(3), codes);
    await page.emulateMedia({media: "screen"});

    await button("I have kept them").click();
    await page.getByText("10 recovery codes are left.").waitFor();
    assert.equal(await stage.validate(email, codes[3]), "OK");
    assert.notEqual(await stage.validate(email, codes[3]), "OK");
    await button("Make new recovery codes").click();
    await inDialog("Cancel").click();
    await button("Make new recovery codes").click();
    await inDialog("Make new recovery codes").click();
    await heading("Recovery codes");
    assert.notEqual(await stage.validate(email, codes[4]), "OK");
});

test("the password: its rules first, each refusal explained, then the console takes the new one alone", async () => {
    const {email} = await opened({password_strength: "good"});
    await link("Change the password").click();
    await heading("Change your password");
    const rules = await page.locator("#rules").innerText();
    assert.ok(rules.includes("At least 8 characters."), rules);
    assert.ok(rules.includes("Three of these kinds"), rules);
    const change = async (old, now) => {
        await page.getByLabel("Current password", {exact: true}).fill(old);
        await page.getByLabel("New password", {exact: true}).fill(now);
        await button("Change the password").click();
    };
    await button("Change the password").click();
    await alert("A password is missing");
    await change("not the password", "One new harbour, 9 boats");
    await alert("That is not your password");
    await change(PASSWORD, "Sh0rt!");
    await alert("Too short");
    await change(PASSWORD, "all of it is in small letters");
    await alert("Not strong enough");
    await change(PASSWORD, PASSWORD);
    await alert("That is the current one");

    const field = page.getByLabel("New password", {exact: true});
    assert.equal(await field.getAttribute("autocomplete"), "new-password");
    assert.equal(await page.getByLabel("Current password", {exact: true}).getAttribute("autocomplete"), "current-password");
    await page.getByRole("button", {name: "Show: New password"}).click();
    assert.equal(await field.getAttribute("type"), "text");

    await change(PASSWORD, "One new harbour, 9 boats");
    await heading("The password was changed");
    await button("Done").click();
    await heading("Your account");
    assert.equal(await stage.signIn(email, PASSWORD), "InvalidPassword");
    assert.equal(await stage.signIn(email, "One new harbour, 9 boats"), "OkTwoFactorAuthenticationRequired");
});

test("by the keyboard: the order of the password's fields, and the question before a step", async () => {
    await opened();
    await link("Change the password").click();
    await heading("Change your password");
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute("aria-label") || document.activeElement.textContent);
    const order = [];
    for (let i = 0; i < 5; i++) {
        await page.keyboard.press("Tab");
        order.push(await focused());
    }
    assert.deepEqual(order, ["old", "Show: Current password", "new", "Show: New password", "Change the password"]);
    await page.goBack();
    await heading("Your account");
    await device("Ann's phone").getByRole("button", {name: "Remove"}).focus();
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "Cancel");
    await page.keyboard.press("Escape");
    assert.equal(await focused(), "Remove: Ann's phone");
});

test("a request comes first; the account is open still afterwards", async () => {
    const {email} = await opened();
    const challenge = await stage.begin(email);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await heading("Is this you?");
    await button("Refuse").click();
    await heading("Refused");
    assert.equal(await stage.settle(challenge.login, challenge.push), "TwoFactorRejected");
    await button("Done").click();
    await page.route("**/api/self/open", () => assert.fail("opened anew"));
    await openSelf(email);
    assert.ok(page.url().startsWith(`${address}/approve/#/account/`));
});
