// SPDX-License-Identifier: Apache-2.0
// An operator's day in a real browser, against a real server: in by the one-time link and a passkey, then by the console's buttons.
import assert from "node:assert/strict";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {addAuthenticator, NAMED, openBrowser, openPhone, openStage} from "./stage.mjs";

let stage, browser, desk, page, address;
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
    desk = await openPhone(browser, {viewport: {width: 1280, height: 800}, isMobile: false, hasTouch: false, reducedMotion: "reduce"});
    page = desk.page;
});
afterEach(async () => {
    await desk.context.close();
    assert.deepEqual(desk.complaints, []);
});

const button = (name) => page.getByRole("button", {name, exact: true});
const place = (name) => page.getByRole("navigation").getByRole("link", {name}).click();

/** A company with a technician, and an operator of this company who has signed in. */
async function operatorOf(role, policy = {}) {
    const company = `acme${++count}`;
    const email = `ann@${company}.example`;
    await stage.company(company, [email], policy, `Acme ${count}`);
    await addAuthenticator(page);
    await page.goto(await stage.operator(`olga@${company}.example`, role, company));
    await page.getByLabel("Name of this passkey").fill("Olga's laptop");
    await button("Make the passkey").click();
    await button("Sign in with a passkey").click();
    await page.getByRole("navigation").getByRole("link", {name: "Now"}).waitFor();
    return {company, email, actor: `operator:olga@${company}.example`};
}

/** An account in the list of those that were found. */
const account = (email) => page.getByRole("table", {name: "Accounts by address"}).getByRole("link", {name: email});

/** Who did what the company's log has as this event. */
const actorsOf = async (company, event) => (await stage.events(company)).filter((one) => one.event === event).map(({actor}) => actor);

test("a technician who is locked out is helped in three clicks", async () => {
    const {company, email, actor} = await operatorOf("helpdesk", {lockout_failures: 3});
    await stage.fail(email, 3);
    await page.getByLabel("Address or name").fill("ann");
    await button("Find").click();
    await account(email).click();
    await page.getByText("failures locked the account").waitFor();
    await button("Unlock").click();
    await button("Unlock").waitFor({state: "detached"});
    assert.deepEqual(await actorsOf(company, "account.unlocked"), [actor]);
    assert.equal(await stage.session(email), "OkTwoFactorSetupRequired", "the password signs in again");
});

test("a phone is enrolled by the link's code, and the password is reset and shown once", async () => {
    const {company, email, actor} = await operatorOf("helpdesk");
    await place("Technicians");
    await account(email).click();
    await button("Enrolment link").click();
    const link = await page.locator(".link-made code").textContent();
    assert.ok(link.startsWith(`${address}/approve/#`), link);
    await page.locator(".link-made svg").waitFor();
    await button("New password").click();
    await page.getByRole("dialog").getByRole("button", {name: "New password"}).click();
    await page.getByRole("heading", {name: "The new password"}).waitFor();
    const password = await page.locator(".link-made code").textContent();
    assert.equal(password.length, 20);
    assert.equal(await stage.signIn(email, password), "OkTwoFactorSetupRequired");
    assert.equal((await actorsOf(company, "enrolment.created"))[0], actor);
    await page.reload();
    await page.getByRole("heading", {level: 1, name: email}).waitFor();
    assert.equal(await page.getByText(password).count(), 0);
});

test("what the command line does to an account and its phones is done by buttons too", async () => {
    const {company, email, actor} = await operatorOf("admin");
    await stage.report(email); // which gives it a phone
    await place("Technicians");
    await account(email).click();
    const [device] = await stage.devices(email);
    const yes = (name) => page.getByRole("dialog").getByRole("button", {name, exact: true}).click();
    await page.getByRole("button", {name: `Switch off: ${device.name}`}).click();
    await page.getByRole("button", {name: `Switch on: ${device.name}`}).click();
    await page.getByRole("button", {name: `Switch off: ${device.name}`}).waitFor();
    await page.getByRole("button", {name: `Rename: ${device.name}`}).click();
    await page.getByLabel("Name of the device").fill("Workshop phone");
    await button("Rename").click();
    await page.getByRole("button", {name: "Rename: Workshop phone"}).waitFor();
    await button("Recovery codes").click();
    await yes("Recovery codes");
    await page.getByRole("heading", {name: "Recovery codes"}).waitFor();
    const [code, ...others] = await page.locator(".link-made code").allTextContents();
    assert.equal(others.length, 9);
    assert.equal(await stage.validate(email, code), "UserPasswordExpired", "the code is right; the report asks for another password");
    await page.reload();
    await button("Authenticator").click();
    await yes("Authenticator");
    await page.getByText("otpauth://totp/").waitFor();
    await page.reload();
    await button("Remove authenticator").click();
    await yes("Remove authenticator");
    await button("Remove authenticator").waitFor({state: "detached"});
    await button("Switch off").click();
    await yes("Switch off");
    await button("Switch on").click();
    await button("Switch off").waitFor();
    await button("Delete").click();
    await yes("Delete");
    await page.getByText("No account was found.").waitFor();
    for (const [event, times] of [["device.state", 2], ["device.renamed", 1], ["recovery.created", 1], ["totp.enrolled", 1], ["totp.removed", 1],
        ["technician.flags", 2], ["technician.deleted", 1]])
        assert.deepEqual((await actorsOf(company, event)).filter((one) => one === actor).length, times, event);
    await page.getByLabel("Address", {exact: true}).fill(`new@${company}.example`);
    await button("Add").click();
    const password = await page.locator(".link-made code").textContent();
    assert.equal(await stage.signIn(`new@${company}.example`, password), "OkTwoFactorSetupRequired");
});

test("'this was not me' waits, with its number in sight, until it is taken", async () => {
    const {company, email, actor} = await operatorOf("helpdesk");
    assert.equal(await stage.report(email), "OK");
    await page.reload();
    await page.getByRole("navigation").getByRole("link", {name: /Reports.*1/}).click();
    await page.getByRole("button", {name: `I take care of it: ${email}`}).click();
    await page.getByRole("button", {name: `I take care of it: ${email}`}).waitFor({state: "detached"});
    await page.getByRole("cell", {name: actor}).waitFor();
    assert.equal(await page.locator("nav .count").count(), 0);
    assert.deepEqual(await actorsOf(company, "report.taken"), [actor]);
});

test("the company's consoles are in one list, and one of them is ended", async () => {
    const {company, email, actor} = await operatorOf("helpdesk", {second_factor: "off"});
    const bob = `bob@${company}.example`;
    await stage.account(company, bob);
    assert.equal(await stage.session(email), "OK");
    assert.equal(await stage.session(bob), "OK");
    await place("Consoles");
    const rows = page.getByRole("table", {name: "Consoles signed in, the oldest first"}).getByRole("row");
    await rows.filter({hasText: email}).getByRole("button", {name: /^End/}).click();
    await rows.filter({hasText: email}).waitFor({state: "detached"});
    await rows.filter({hasText: bob}).waitFor();
    assert.deepEqual(await actorsOf(company, "session.ended"), [actor]);
    await page.getByLabel("Account").fill(email);
    await button("Find").click();
    await page.getByText("No console is signed in.").waitFor();
    await page.getByLabel("Account").fill(bob);
    await button("Find").click();
    await rows.filter({hasText: bob}).getByRole("link", {name: bob}).click();
    await page.getByRole("heading", {level: 1, name: bob}).waitFor();
});

test("a policy is previewed, which changes nothing, and then made", async () => {
    const {company, email} = await operatorOf("admin", {second_factor: "off"});
    assert.equal(await stage.session(email), "OK");
    await place("Rules");
    await button("Change: second_factor").click();
    await page.getByLabel("second_factor", {exact: true}).selectOption("required");
    await button("Whom would it touch?").click();
    await page.getByText("1 signed-in console ends").waitFor();
    assert.equal((await stage.policies(company)).second_factor, "off");
    await button("Make the change").click();
    await button("Make the change").waitFor({state: "detached"});
    assert.equal((await stage.policies(company)).second_factor, "required");
    assert.equal((await actorsOf(company, "session.all-ended")).length, 1);
});

test("an event is proved to a stranger", async () => {
    const {company} = await operatorOf("auditor");
    await place("Audit");
    const row = page.getByRole("row").filter({hasText: "company.added"}).first();
    await row.getByRole("button", {name: /^Prove/}).click();
    const proof = await page.locator(".proof pre").textContent();
    const saved = decodeURIComponent((await page.getByRole("link", {name: "Save the proof"}).getAttribute("href")).split(",")[1]);
    assert.equal(saved, proof);
    const proved = await stage.proved(proof);
    assert.equal(proved.event, "company.added");
    assert.equal(proved.detail.name, company);
});

test("an auditor sees all of it, and no button that changes something", async () => {
    const {company, email} = await operatorOf("auditor");
    assert.equal(await stage.report(email), "OK");
    const before = (await stage.events(company)).length;
    await place("Technicians");
    await account(email).click();
    await page.getByRole("heading", {level: 1, name: email}).waitFor();
    assert.deepEqual(await page.locator("main button").allTextContents(), []);
    await place("Reports");
    await page.getByRole("cell", {name: company, exact: true}).waitFor();
    assert.deepEqual(await page.locator("main button").allTextContents(), []);
    await place("Rules");
    await page.getByText("second_factor", {exact: true}).waitFor();
    assert.deepEqual(await page.locator("main button").allTextContents(), ["Find"]);
    assert.equal((await stage.events(company)).length, before);
});

test("what another operator did meanwhile is said, and nothing is done twice", async () => {
    const {company, email} = await operatorOf("helpdesk");
    await stage.report(email);
    await place("Technicians");
    await account(email).click();
    const [device] = await stage.devices(email);
    await page.getByRole("button", {name: `Remove: ${device.name}`}).waitFor();
    await stage.remove(String(device.id));
    await page.getByRole("button", {name: `Remove: ${device.name}`}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Remove"}).click();
    await page.locator(".problem").waitFor();
    assert.equal((await actorsOf(company, "device.state")).length, 1);
});
