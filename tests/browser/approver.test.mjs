// SPDX-License-Identifier: Apache-2.0
// The approver in a real browser, against a real server: what a person sees and does.
import assert from "node:assert/strict";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {enrol, openBrowser, openPhone, openStage} from "./stage.mjs";

let stage, browser, phone, page, address;
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
    page = phone.page;
});
afterEach(async () => {
    await page.unrouteAll({behavior: "ignoreErrors"});
    await phone.context.close();
    assert.deepEqual(phone.complaints, []);
});

/** A technician that no other test has. */
async function technician(policy = {}) {
    const company = `acme${++count}`;
    const email = `ann@${company}.example`;
    await stage.company(company, [email], policy, `Acme ${count}`);
    return {company, email};
}

async function enrolled(policy) {
    const who = await technician(policy);
    who.fingerprint = await enrol(page, await stage.link(who.email));
    return who;
}

const heading = (name) => page.getByRole("heading", {level: 1, name}).waitFor();
const button = (name) => page.getByRole("button", {name, exact: true});
const look = () => page.evaluate(() => dispatchEvent(new Event("online")));
const wrong = (number) => String((Number(number) + 1) % 1_000_000).padStart(6, "0");

/** Starts a sign-in on the console and waits until the phone shows it; the phone is made to look, as when its network comes back. */
async function asked(email) {
    const challenge = await stage.begin(email);
    await look();
    await heading("Is this you?");
    return challenge;
}

async function approve(number) {
    await page.getByLabel("Number on the console").fill(number);
    await button("Approve").click();
}

test("the whole story: enrol, compare, sign in, type the number, in", async () => {
    const {email, fingerprint} = await enrolled();
    const [device] = await stage.devices(email);
    assert.equal(device.fingerprint, fingerprint);
    assert.equal(device.name, "Ann's phone");
    assert.equal(page.url(), `${address}/approve/`, "the ticket has left the address");

    // The phone gets no notification: it asks by itself.
    const challenge = await stage.begin(email);
    await heading("Is this you?");
    const shown = await page.locator(".facts").innerText();
    for (const part of [`Acme ${count}`, email, "Console 7.2", "127.0.0.1"])
        assert.ok(shown.includes(part), `${part} in ${shown}`);
    await approve(`${challenge.number.slice(0, 3)} ${challenge.number.slice(3)}`);
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
    await button("Done").click();
    await heading("Nothing to approve");
});

test("refused", async () => {
    const {email} = await enrolled();
    const challenge = await asked(email);
    await button("Refuse").click();
    await heading("Refused");
    assert.equal(await stage.settle(challenge.login, challenge.push), "TwoFactorRejected");
});

test("this was not me: asked once, then a new password is asked for", async () => {
    const {email} = await enrolled();
    const challenge = await asked(email);
    await button("This was not me").click();
    await button("Cancel").click();
    await button("This was not me").click();
    await button("Yes, this was not me").click();
    await heading("Reported");
    assert.equal(await stage.settle(challenge.login, challenge.push), "TwoFactorRejected");
});

test("a wrong number three times", async () => {
    const {email} = await enrolled();
    const challenge = await asked(email);
    await button("Approve").click();
    await page.getByText("6 digits are needed").waitFor();
    await approve(wrong(challenge.number));
    await page.getByText("2 tries are left").waitFor();
    assert.equal(await page.getByLabel("Number on the console").inputValue(), "");
    await approve(wrong(challenge.number));
    await page.getByText("1 try is left").waitFor();
    await approve(wrong(challenge.number));
    await heading("Wrong number, three times");
    assert.equal(await stage.settle(challenge.login, challenge.push), "InvalidCode");
});

test("nobody answers in time", async () => {
    const {email} = await enrolled();
    const challenge = await asked(email);
    await stage.advance(61);
    await look();
    await heading("The time is over");
    assert.equal(await stage.settle(challenge.login, challenge.push), "TimeOut");
});

test("taken back by the console", async () => {
    const {email} = await enrolled();
    const challenge = await asked(email);
    await stage.cancel(challenge.login, challenge.push);
    await look();
    await heading("This request was withdrawn");
});

test("withdrawn by a lock of the account, and by the removal of this device", async () => {
    const {email} = await enrolled();
    await asked(email);
    await stage.lock(email);
    await look();
    await heading("This request was withdrawn");
    await button("Done").click();
    await heading("Nothing to approve");

    await stage.unlock(email);
    await asked(email);
    await stage.remove((await stage.devices(email))[0].id);
    await look();
    await heading("This device is no longer known");
});

test("the number has the focus, and what it is about is said with it", async () => {
    const {email} = await enrolled({push_digits: 3});
    const challenge = await asked(email);
    const about = await page.evaluate(() => document.activeElement.getAttribute("aria-describedby").split(" ")
        .map((id) => document.getElementById(id).innerText).join(" "));
    for (const part of ["Is this you?", email, "127.0.0.1", "Type the 3 digits that your console shows."])
        assert.ok(about.includes(part), `${part} in ${about}`);
    await page.keyboard.type(challenge.number);
    await page.keyboard.press("Enter");
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

/** What of the screen with a keyboard over its lower part is to be seen: the field, the button, and all facts above them. */
async function seen(height) {
    const box = async (locator) => {
        const {y, height: own} = await locator.boundingBox();
        return [Math.round(y), Math.round(y + own)];
    };
    const [[, facts], [top, field], [, press]] = [await box(page.locator(".facts")),
        await box(page.getByLabel("Number on the console")), await box(button("Approve"))];
    assert.ok(facts > 0 && facts <= top && field <= press && press <= height, `${facts} ${top} ${field} ${press} of ${height}`);
}

test("with the keyboard open, the facts, the field and Approve are to be seen: where it shrinks the page", async () => {
    const {email} = await enrolled();
    await asked(email);
    await page.setViewportSize({width: 360, height: 420});
    await page.locator("html.tight").waitFor();
    await seen(420);
});

test("with the keyboard open, the facts, the field and Approve are to be seen: where it covers the page", async () => {
    await page.addInitScript(() => {
        // As WebKit does it: the page keeps its height, and less of it is seen.
        let covered = 0;
        Object.defineProperty(visualViewport, "height", {get: () => innerHeight - covered});
        globalThis.openKeyboard = (height) => {
            covered = height;
            visualViewport.dispatchEvent(new Event("resize"));
        };
    });
    const {email} = await enrolled();
    await asked(email);
    await page.evaluate(() => globalThis.openKeyboard(320));
    await page.locator("html.tight").waitFor();
    await seen(740 - 320);
    await page.evaluate(() => globalThis.openKeyboard(0));
    await page.locator("html:not(.tight)").waitFor();
});

test("where a sign-in comes from, compared with the person's own", async () => {
    const {email} = await enrolled();
    const first = await asked(email);
    assert.equal(await page.locator(".place").count(), 0);
    await approve(first.number);
    await heading("Approved");
    await stage.settle(first.login, first.push);
    await button("Done").click();
    await stage.advance(60);
    await asked(email);
    await page.getByText("Last sign-in from here: today").waitFor();
});

test("a phone that is enrolled again is one device, keeps its codes, and warns of nothing", async () => {
    const {email} = await enrolled();
    await enrol(page, await stage.link(email), "The same phone");
    assert.equal(await page.locator(".accounts li").count(), 1);
    assert.deepEqual((await stage.devices(email)).map(({name, state}) => [name, state]),
        [["Ann's phone", "removed"], ["The same phone", "active"]]);
    const challenge = await asked(email);
    assert.equal(await page.locator(".notice").count(), 0);
    await approve(challenge.number);
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("no comparison is asked for where the policy says so", async () => {
    const {email} = await technician({enrol_compare: "off"});
    await page.goto(await stage.link(email));
    await button("Add this device").click();
    await heading("This device is ready");
});

test("a code that is scanned in the app", async () => {
    const {email} = await technician();
    const link = await stage.link(email);
    // The camera is the browser's; what it reads is ours.
    await page.addInitScript(() => {
        globalThis.BarcodeDetector = class {
            static getSupportedFormats = async () => ["qr_code"];
            detect = async (video) => video.videoWidth > 0 ? [{rawValue: sessionStorage.getItem("code")}] : [];
        };
        sessionStorage.setItem("code", "https://elsewhere.example/approve/#not-ours");
    });
    await page.goto(`${address}/approve/`);
    await button("Scan the code").click();
    await heading("Scan the enrolment code");
    await page.getByText("That is not an enrolment link").waitFor();
    const track = page.evaluateHandle(() => document.querySelector("video").srcObject.getTracks()[0]);
    await page.evaluate((code) => sessionStorage.setItem("code", code), link);
    await heading("Add this device");
    assert.equal(await (await track).evaluate(({readyState}) => readyState), "ended");
    assert.equal(new URL(page.url()).hash, "");
});

test("no scanner where the browser reads no codes, and none without a camera", async () => {
    await page.goto(`${address}/approve/`);
    await heading("No account yet");
    assert.equal(await page.evaluate(() => "BarcodeDetector" in globalThis), false);
    assert.equal(await button("Scan the code").count(), 0);
    await page.addInitScript(() => {
        globalThis.BarcodeDetector = class {
            static getSupportedFormats = async () => ["qr_code"];
        };
        navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "NotAllowedError"); };
    });
    await page.reload();
    await button("Scan the code").click();
    await heading("The camera cannot be used");
});

test("the app is installed by a button, where the browser offers it", async () => {
    await page.goto(`${address}/approve/#/settings`);
    await page.getByText("your browser's menu offers to install it").waitFor();
    await page.evaluate(() => {
        const offer = new Event("beforeinstallprompt", {cancelable: true});
        offer.prompt = async () => { globalThis.wasAsked = true; };
        dispatchEvent(offer);
    });
    await button("Install the app").click();
    assert.ok(await page.evaluate(() => globalThis.wasAsked));
    assert.equal(await button("Install the app").count(), 0);
});

test("a device that was removed says so, and not that it waits", async () => {
    const {email} = await enrolled();
    await stage.remove((await stage.devices(email))[0].id);
    await look();
    await heading("This device was removed");
});

test("the server's bare address leads to the app", async () => {
    await page.goto(address);
    await page.getByRole("link", {name: "Approve sign-ins"}).click();
    await heading("No account yet");
});

test("no number where the policy asks for none", async () => {
    const {email} = await enrolled({push_number: "off"});
    const challenge = await asked(email);
    assert.equal(await page.getByLabel("Number on the console").count(), 0);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("the connection breaks on the way of an answer", async () => {
    const {email} = await enrolled();
    const challenge = await asked(email);
    await page.route("**/api/**", (route) => route.abort());
    await approve(challenge.number);
    await page.getByRole("alert").getByText("No connection").waitFor();
    await page.unroute("**/api/**");
    // It arrives, and what comes back is lost.
    await page.route("**/api/device/answer", async (route) => {
        await route.fetch();
        await route.abort();
    });
    await button("Approve").click();
    await heading("Your answer has arrived");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("a request that was changed on its way is not signed for", async () => {
    const {email} = await enrolled();
    await page.route("**/api/device/pending", async (route) => {
        const response = await route.fetch();
        const document = await response.json();
        document.aChallenges?.forEach((challenge) => { challenge.sSource = "192.0.2.1"; });
        await route.fulfill({response, json: document});
    });
    const challenge = await asked(email);
    await approve(challenge.number);
    await page.getByText("The signature was not accepted").waitFor();
});

test("a request for another server is not shown", async () => {
    const {email} = await enrolled();
    await page.route("**/api/device/pending", async (route) => {
        const response = await route.fetch();
        const document = await response.json();
        document.aChallenges?.forEach((challenge) => { challenge.sAudience = "https://elsewhere.example"; });
        await route.fulfill({response, json: document});
    });
    await stage.begin(email);
    await look();
    await heading("A request from elsewhere");
});

test("a ticket works once, and for a while", async () => {
    const {email} = await technician();
    const link = await stage.link(email);
    await enrol(page, link);
    await page.goto("about:blank");
    await page.goto(link);
    await heading("This code is no longer valid");
    const late = await stage.link(email);
    await page.goto("about:blank");
    await page.goto(late);
    await heading("Add this device");
    await stage.advance(16 * 60);
    await button("Add this device").click();
    await heading("This code is no longer valid");
    await page.goto("about:blank");
    await page.goto(late);
    await heading("This code is no longer valid");
});

test("a link that is opened while the server cannot be reached is not lost", async () => {
    const {email} = await technician();
    await page.route("**/api/device/ticket", (route) => route.abort());
    await page.goto(await stage.link(email));
    await heading("No connection");
    await page.unroute("**/api/device/ticket");
    await button("Try again").click();
    await heading("Add this device");
    const shown = await page.locator("main").innerText();
    assert.ok(shown.includes(`the sign-ins of ${email} at Acme ${count}.`), shown);
});

test("a link that is pasted", async () => {
    const {email} = await technician();
    const link = await stage.link(email);
    await page.goto(`${address}/approve`);
    await heading("No account yet");
    await page.getByLabel("Paste the enrolment link").fill("https://elsewhere.example/approve/#" + link.split("#")[1]);
    await button("Go on").click();
    await page.getByText("That is not an enrolment link").waitFor();
    await page.getByLabel("Paste the enrolment link").fill(link);
    await button("Go on").click();
    await button("Add this device").click();
    await heading("Compare the fingerprint");
});

test("the language is the device's, or the one that was chosen", async () => {
    await phone.context.close();
    phone = await openPhone(browser, {locale: "de-AT"});
    page = phone.page;
    await page.goto(`${address}/approve/`);
    await heading("Noch kein Konto");
    await page.getByRole("link", {name: "Einstellungen"}).click();
    await page.getByLabel("Sprache").selectOption("fr");
    await heading("Réglages");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "fr");
    await page.reload();
    await heading("Réglages");
    await page.getByRole("link", {name: "Retour"}).click();
    await heading("Aucun compte");
});

test("fingerprints that differ on the first device: only an administrator takes it off", async () => {
    const {email} = await technician();
    await page.goto(await stage.link(email));
    await button("Add this device").click();
    await button("They differ").click();
    await heading("Have this device removed");
    assert.deepEqual((await stage.devices(email)).map((device) => device.state), ["active"]);
    await button("Done").click();
    await heading("No account yet");
});

test("fingerprints that differ take the device off again", async () => {
    const {email} = await technician();
    await stage.recovery(email);
    await page.goto(await stage.link(email));
    await button("Add this device").click();
    await button("They differ").click();
    await heading("This device was removed again");
    assert.deepEqual((await stage.devices(email)).map((device) => device.state), ["removed"]);
    await button("Done").click();
    await heading("No account yet");
});

test("two companies on one phone; a device is removed from each side", async () => {
    const one = await enrolled();
    const two = await technician();
    await enrol(page, await stage.link(two.email), "The same phone");
    await stage.recovery(two.email);
    assert.equal(await page.locator(".accounts li").count(), 2);
    const challenge = await asked(one.email);
    await approve(challenge.number);
    await heading("Approved");
    await button("Done").click();

    await page.getByRole("link", {name: two.email}).click();
    await page.getByText("The same phone").waitFor();
    await button("Remove this device").click();
    await page.getByRole("dialog").getByRole("button", {name: "Remove this device"}).click();
    await heading("Nothing to approve");
    assert.equal(await page.locator(".accounts li").count(), 1);

    const [device] = await stage.devices(one.email);
    await stage.remove(device.id);
    await look();
    await page.locator(".tag", {hasText: "Removed"}).waitFor();
    await page.getByRole("link", {name: one.email}).click();
    await button("Delete from this device").click();
    await page.getByRole("dialog").getByRole("button", {name: "Delete from this device"}).click();
    await heading("No account yet");
});

test("what was changed about the account is said until it was seen, and told to the server as seen", async () => {
    const {email} = await enrolled();
    let notices = [
        {sNoticeId: "one", sKind: "device-added", sSubject: "<i>Eve's</i> phone", sWhen: "2026-11-24T08:05:00Z"},
        {sNoticeId: "two", sKind: "password-changed", sSubject: "", sWhen: "2026-11-24T08:06:00Z"}];
    const seen = [];
    await page.route("**/api/device/noticed", async (route) => {
        // The first time it does not get through.
        const {sNoticeId} = route.request().postDataJSON();
        seen.push(sNoticeId);
        if (seen.length === 1)
            return route.abort();
        notices = notices.filter((notice) => notice.sNoticeId !== sNoticeId);
        return route.fulfill({json: {result: "OK"}});
    });
    await page.route("**/api/device/pending", async (route) => {
        const response = await route.fetch();
        await route.fulfill({response, json: {...await response.json(), aNotices: notices}});
    });
    const toldOf = (id) => page.waitForResponse((response) =>
        response.url().endsWith("/api/device/noticed") && response.request().postDataJSON().sNoticeId === id);
    const answered = () => page.waitForResponse("**/api/device/pending");
    await look();
    const cards = page.locator(".notice");
    await page.getByText("A device was added to your account").waitFor();
    assert.equal(await cards.count(), 2);
    assert.ok((await cards.first().innerText()).includes("<i>Eve's</i> phone"));
    assert.ok((await cards.first().innerText()).includes(`Acme ${count}`));
    await cards.first().getByRole("button", {name: "Got it"}).click();
    await page.getByText("A device was added to your account").waitFor({state: "detached"});
    const again = toldOf("one");
    await look();
    const told = (await again).request().postDataJSON();
    assert.deepEqual(Object.keys(told).sort(), ["sNonce", "sNoticeId", "sSignature"]);
    const known = toldOf("two");
    await cards.getByRole("button", {name: "Got it"}).click();
    await cards.waitFor({state: "detached"});
    await known;
    await page.goto("about:blank"); // what was asked before is not answered any more
    const asked = answered();
    await page.goto(`${address}/approve/`);
    await page.getByRole("link", {name: email}).waitFor();
    assert.deepEqual((await (await asked).json()).aNotices, []);
    await page.evaluate(() => new Promise(requestAnimationFrame));
    assert.equal(await cards.count(), 0);
});

test("what was put away stays away, even if the app is closed before the server knows", async () => {
    const {email} = await enrolled();
    const notices = [{sNoticeId: "one", sKind: "password-changed", sSubject: "", sWhen: "2026-11-24T08:06:00Z"}];
    let isReachable = false;
    const told = [];
    await page.route("**/api/device/noticed", (route) => {
        told.push(route.request().postDataJSON().sNoticeId);
        if (!isReachable)
            return route.abort();
        notices.length = 0;
        return route.fulfill({json: {result: "OK"}});
    });
    await page.route("**/api/device/pending", async (route) => {
        const response = await route.fetch();
        await route.fulfill({response, json: {...await response.json(), aNotices: notices}});
    });
    await look();
    const cards = page.locator(".notice");
    const failed = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/api/device/noticed"));
    await cards.getByRole("button", {name: "Got it"}).click();
    await cards.waitFor({state: "detached"});
    await failed;
    isReachable = true;
    const again = page.waitForResponse("**/api/device/noticed");
    await page.reload();
    await page.getByRole("link", {name: email}).waitFor();
    await again;
    assert.equal(await cards.count(), 0);
    assert.ok(told.length > 1 && told.every((id) => id === "one"));

    // Nothing of it is kept once the server has forgotten it, too.
    const asked = page.waitForResponse("**/api/device/pending");
    await look();
    await asked;
    const kept = () => page.evaluate(() => new Promise((resolve) => {
        indexedDB.open("countersign").onsuccess = ({target}) => {
            target.result.transaction("settings").objectStore("settings").get("notices dismissed").onsuccess =
                (event) => resolve(event.target.result);
        };
    }));
    while ((await kept()).length > 0)
        await look();
});

test("the server is told once at a time of what was put away, however slow it is", async () => {
    await enrolled();
    const notices = [{sNoticeId: "one", sKind: "password-changed", sSubject: "", sWhen: "2026-11-24T08:06:00Z"}];
    let letGo, told = 0;
    const gate = new Promise((resolve) => { letGo = resolve; });
    await page.route("**/api/device/noticed", async (route) => {
        told++;
        await gate;
        notices.length = 0;
        await route.fulfill({json: {result: "OK"}});
    });
    await page.route("**/api/device/pending", async (route) => {
        const response = await route.fetch();
        await route.fulfill({response, json: {...await response.json(), aNotices: notices}});
    });
    await look();
    const asked = page.waitForRequest("**/api/device/noticed");
    await page.locator(".notice").getByRole("button", {name: "Got it"}).click();
    await asked;
    const answered = () => page.waitForResponse("**/api/device/pending");
    for (let i = 0; i < 4; i++) {
        const pending = answered();
        await look();
        await pending;
    }
    const known = page.waitForResponse("**/api/device/noticed");
    letGo();
    await known;
    for (let i = 0; i < 4; i++) { // a queue would go on meanwhile
        const pending = answered();
        await look();
        await pending;
    }
    assert.equal(told, 1);
});

test("opens without a network, and keeps nothing of the API", async () => {
    const {email} = await enrolled();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    assert.ok(await page.evaluate(() => navigator.serviceWorker.controller !== null));
    await phone.context.setOffline(true);
    await page.reload();
    await heading("No connection");
    await page.getByRole("link", {name: email}).waitFor();
    const kept = await page.evaluate(async () => {
        const urls = [];
        for (const name of await caches.keys())
            urls.push(...(await (await caches.open(name)).keys()).map((request) => request.url));
        return urls;
    });
    assert.ok(kept.length > 20 && kept.every((url) => url.startsWith(`${address}/approve/`)), kept.join("\n"));
    await phone.context.setOffline(false);
    await asked(email);
});

test("the key and the token stay where they are", async () => {
    await enrolled();
    const kept = await page.evaluate(() => new Promise((resolve) => {
        indexedDB.open("countersign").onsuccess = ({target}) => {
            target.result.transaction("accounts").objectStore("accounts").getAll().onsuccess = async (event) => {
                const [{privateKey, token}] = event.target.result;
                const out = await crypto.subtle.exportKey("pkcs8", privateKey).then(() => "taken", (error) => error.name);
                resolve({out, extractable: privateKey.extractable, shown: document.documentElement.outerHTML.includes(token)});
            };
        };
    }));
    assert.deepEqual(kept, {out: "InvalidAccessError", extractable: false, shown: false});
});

test("by the keyboard alone", async () => {
    const {email} = await enrolled();
    const challenge = await asked(email);
    const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
    assert.equal(await focused(), "number");
    const order = [];
    for (let i = 0; i < 3; i++) {
        await page.keyboard.press("Tab");
        order.push(await focused());
    }
    assert.deepEqual(order, ["Approve", "Refuse", "This was not me"]);
    await page.keyboard.press("Enter");
    assert.equal(await focused(), "Cancel");
    await page.keyboard.press("Escape");
    assert.equal(await focused(), "This was not me");
    for (let i = 0; i < 3; i++)
        await page.keyboard.press("Shift+Tab");
    await page.keyboard.type(challenge.number);
    await page.keyboard.press("Enter");
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});
