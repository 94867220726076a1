// SPDX-License-Identifier: Apache-2.0
// Passkeys in a real browser, with the authenticator of its DevTools, against a real server.
import assert from "node:assert/strict";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {addAuthenticator, enrol, NAMED, openBrowser, openPhone, openStage} from "./stage.mjs";

let stage, browser, phone, page;
let count = 0;

before(async () => {
    stage = openStage(NAMED);
    browser = await openBrowser();
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
    await phone.context.close();
    assert.deepEqual(phone.complaints, []);
});

const OFFER = "Also ask for fingerprint, face or PIN of this device at each approval";
const heading = (name) => page.getByRole("heading", {level: 1, name}).waitFor();
const button = (name) => page.getByRole("button", {name, exact: true});
const alert = (text) => page.getByRole("alert").getByText(text, {exact: true}).waitFor();

async function technician(passkey) {
    const company = `acme${++count}`;
    const email = `ann@${company}.example`;
    await stage.company(company, [email], {passkey}, `Acme ${count}`);
    return {company, email};
}

async function invited(passkey) {
    const who = await technician(passkey);
    await page.goto(await stage.link(who.email));
    await heading("Add this device");
    return who;
}

async function finish() {
    await heading("Compare the fingerprint");
    await button("They match").click();
    await button("Done").click();
    await heading("Nothing to approve");
}

async function asked(email) {
    const challenge = await stage.begin(email);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await heading("Is this you?");
    await page.getByLabel("Number on the console").fill(challenge.number);
    return challenge;
}

const pending = (challenge) => stage.check(challenge.login, challenge.push);

test("required: enrolled with a passkey, and an approval has both signatures", async () => {
    const authenticator = await addAuthenticator(page);
    const {company, email} = await invited("required");
    const text = await page.locator("main").innerText();
    assert.ok(text.includes(`With it you approve the sign-ins of ${email} at Acme ${count}.`), text);
    assert.ok(text.includes(`Acme ${count} asks for the fingerprint, face or PIN`), text);
    assert.equal(await page.getByRole("checkbox").count(), 0);
    await button("Add this device").click();
    await finish();
    assert.equal(await authenticator.count(), 1);
    const challenge = await asked(email);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
    const [receipt] = await stage.receipts(company);
    for (const member of ["statement", "signature", "authenticator_data", "client_data", "passkey_signature"])
        assert.ok(receipt[member], `${member} in the receipt`);
});

test("a person who is not recognised adds nothing, and the ticket stays good", async () => {
    const authenticator = await addAuthenticator(page);
    const {email} = await invited("required");
    await authenticator.verifies(false);
    await button("Add this device").click();
    await alert("Not confirmed");
    assert.deepEqual(await stage.devices(email), []);
    await authenticator.verifies(true);
    await button("Add this device").click();
    await finish();
    assert.equal((await stage.devices(email)).length, 1);
});

test("a person who is not recognised approves nothing, can refuse, and can try again", async () => {
    const authenticator = await addAuthenticator(page);
    const {email} = await invited("required");
    await button("Add this device").click();
    await finish();
    await authenticator.verifies(false);
    const refused = await asked(email);
    await button("Approve").click();
    await alert("Not confirmed");
    assert.equal(await pending(refused), "Poll");
    await button("Refuse").click();
    await heading("Refused");
    assert.equal(await stage.settle(refused.login, refused.push), "TwoFactorRejected");
    await button("Done").click();
    await stage.advance(60);
    const approved = await asked(email);
    await button("Approve").click();
    await alert("Not confirmed");
    await authenticator.verifies(true);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(approved.login, approved.push), "OK");
});

test("required where the device has nothing of the kind: said before, explained after, and nothing is added", async () => {
    const authenticator = await addAuthenticator(page, {hasUserVerification: false, isUserVerified: false});
    const {email} = await invited("required");
    await page.getByText("This browser finds nothing of that kind on this device").waitFor();
    await button("Add this device").click();
    await alert("Not confirmed");
    assert.equal(await authenticator.count(), 0);
    assert.deepEqual(await stage.devices(email), []);
});

test("required where the browser knows no passkeys", async () => {
    await page.addInitScript(() => { delete window.PublicKeyCredential; });
    const {email} = await invited("required");
    await button("Add this device").click();
    await alert("This device cannot do that");
    assert.deepEqual(await stage.devices(email), []);
});

test("offered: one choice; without it the device's key alone answers", async () => {
    const authenticator = await addAuthenticator(page);
    const {email} = await invited("offered");
    assert.equal(await page.getByLabel(OFFER).isChecked(), false);
    await button("Add this device").click();
    await finish();
    assert.equal(await authenticator.count(), 0);
    const challenge = await asked(email);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("offered and chosen: it is asked for from then on, though the policy goes", async () => {
    const authenticator = await addAuthenticator(page);
    const {company, email} = await invited("offered");
    await page.getByLabel(OFFER).check();
    await button("Add this device").click();
    await finish();
    assert.equal(await authenticator.count(), 1);
    await stage.policy(company, "passkey", "off");
    await authenticator.verifies(false);
    const challenge = await asked(email);
    await button("Approve").click();
    await alert("Not confirmed");
    await authenticator.verifies(true);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("off, or offered to a device that cannot: nothing of it is seen", async () => {
    await addAuthenticator(page);
    await invited("off");
    assert.equal(await page.getByRole("checkbox").count(), 0);
    await phone.context.close();
    phone = await openPhone(browser);
    page = phone.page;
    await invited("offered");
    assert.equal(await page.getByRole("checkbox").count(), 0);
});

test("required later: a device without one cannot approve, is told so, and can refuse", async () => {
    await addAuthenticator(page);
    const {company, email} = await invited("off");
    await button("Add this device").click();
    await finish();
    await stage.policy(company, "passkey", "required");
    const challenge = await asked(email);
    await button("Approve").click();
    await alert("A passkey is asked for");
    assert.equal(await pending(challenge), "Poll");
    await button("Refuse").click();
    await heading("Refused");
    assert.equal(await stage.settle(challenge.login, challenge.push), "TwoFactorRejected");
});

test("a passkey's answer that was changed on its way is not accepted, and changes nothing", async () => {
    await addAuthenticator(page);
    const {email} = await invited("required");
    await page.route("**/api/device/enrol", async (route) => {
        const members = route.request().postDataJSON();
        const clientData = JSON.parse(Buffer.from(members.sClientData, "base64url"));
        clientData.origin = "https://elsewhere.example";
        await route.continue({postData: JSON.stringify({...members, sClientData: Buffer.from(JSON.stringify(clientData)).toString("base64url")})});
    });
    await button("Add this device").click();
    await alert("The passkey was not accepted");
    assert.deepEqual(await stage.devices(email), []);
    await page.unroute("**/api/device/enrol");
    await button("Add this device").click();
    await finish();
    await page.route("**/api/device/answer", async (route) => {
        const members = route.request().postDataJSON();
        const signature = Buffer.from(members.sPasskeySignature, "base64url");
        signature[signature.length - 1] ^= 1;
        await route.continue({postData: JSON.stringify({...members, sPasskeySignature: signature.toString("base64url")})});
    });
    const challenge = await asked(email);
    await button("Approve").click();
    await alert("The passkey was not accepted");
    assert.equal(await pending(challenge), "Poll");
    await page.unroute("**/api/device/answer");
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("the same account twice on one device: the new passkey takes the place of the one before, and signs", async () => {
    const authenticator = await addAuthenticator(page);
    const {email} = await technician("required");
    await enrol(page, await stage.link(email));
    await enrol(page, await stage.link(email), "Ann's phone again");
    const active = (await stage.devices(email)).filter((device) => device.state === "active");
    assert.deepEqual(active.map((device) => device.name), ["Ann's phone again"]);
    assert.equal(await authenticator.count(), 1);
    const challenge = await asked(email);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("the same account twice, the second time in vain: the device keeps its place and its passkey", async () => {
    await addAuthenticator(page);
    const {email} = await technician("required");
    await enrol(page, await stage.link(email));
    const before = await stage.devices(email);
    await page.route("**/api/device/enrol", (route) => route.abort());
    await page.goto("about:blank");
    await page.goto(await stage.link(email));
    await button("Add this device").click();
    await alert("No connection");
    await page.unroute("**/api/device/enrol");
    assert.deepEqual(await stage.devices(email), before);
    await page.goto(`${new URL(page.url()).origin}/approve/`);
    const challenge = await asked(email);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("a removed device leaves no passkey behind", async () => {
    const authenticator = await addAuthenticator(page);
    const {email} = await technician("required");
    await enrol(page, await stage.link(email));
    await stage.recovery(email);
    await page.getByRole("link", {name: email}).click();
    await button("Remove this device").click();
    await page.getByRole("dialog").getByRole("button", {name: "Remove this device"}).click();
    await heading("No account yet");
    assert.equal(await authenticator.count(), 0);
});

test("a link opened at another address than the server's own", async () => {
    await addAuthenticator(page);
    const {email} = await technician("required");
    const link = await stage.link(email);
    await page.goto(link.replace("localhost", "127.0.0.1"));
    await heading("This address is not right");
    assert.deepEqual(await stage.devices(email), []);
});
