// SPDX-License-Identifier: Apache-2.0
// Notices with two real phones: what one does to the account is reported to the other, by push and in the app, until it was seen.
import assert from "node:assert/strict";
import {after, afterEach, before, test} from "node:test";
import {openPushStage, openWorker, subscribable, until} from "./push_service.mjs";
import {enrol, openPhone} from "./stage.mjs";

/** What stage.py gives every technician. */
const PASSWORD = "a quiet harbour, 7 boats";

let scene, service, stage, browser, address;
let phones = [];
let count = 0;

before(async () => {
    scene = await openPushStage();
    ({service, stage, browser, address} = scene);
});
after(() => scene?.close());
afterEach(async () => {
    const all = phones;
    phones = [];
    await Promise.all(all.map(({context}) => context.close()));
    assert.deepEqual(all.flatMap(({complaints}) => complaints), []);
});

const heading = (page, name) => page.getByRole("heading", {level: 1, name}).waitFor();
const button = (page, name) => page.getByRole("button", {name, exact: true});
const card = (page, title) => page.locator(".notice", {has: page.getByRole("heading", {name: title, exact: true})});

async function technician() {
    const company = `acme${++count}`;
    const email = `ann@${company}.example`;
    await stage.company(company, [email], {}, `Acme ${count}`);
    return email;
}

/** A phone that is enrolled and has no notifications. */
async function enrolled(email, name) {
    const phone = await openPhone(browser);
    phones.push(phone);
    await enrol(phone.page, await stage.link(email), name);
    return phone;
}

/** A phone that is enrolled and subscribed: where it is reached, and its worker. */
async function reachable(email) {
    const phone = await openPhone(browser);
    phones.push(phone);
    await subscribable(phone, service);
    await phone.context.grantPermissions(["notifications"], {origin: address});
    await enrol(phone.page, await stage.link(email));
    const [endpoint] = await until(() => stage.subscriptions(email), (endpoints) => endpoints.length === 1);
    return {...phone, endpoint, push: await openWorker(phone)};
}

async function openSelf(page, email) {
    await page.getByRole("link", {name: email}).click();
    await button(page, "Your account").click();
    await heading(page, "Your account");
}

/** What is shown for any notice. */
const shownFor = (id, changes) => ({
    title: "Your account was changed", body: "Open the app to see what was changed.", tag: id, lang: "en", silent: false, ...changes});

/** Delivers the push that waits at the service. @returns {Promise<string>} the id that it carries */
async function deliver({endpoint, push}) {
    const {text} = await service.take(endpoint);
    await push.deliver(text);
    return JSON.parse(text).id;
}

/** The phone, whose app is closed, rings; the click opens the notice, which is seen, and then gone for good. */
async function isTold(phone, title, about) {
    const {page, push} = phone;
    const id = await deliver(phone);
    assert.deepEqual(await push.shown((all) => all.length > 0), [shownFor(id)]);
    const [[how, place], ...more] = await push.click();
    assert.deepEqual([how, place, more], ["open", `${address}/approve/#/request/${id}`, []]);
    await page.goto(place);
    await heading(page, "Nothing to approve");
    await card(page, title).getByText(about, {exact: true}).waitFor();
    assert.equal(await page.locator(".notice").count(), 1);
    assert.equal(page.url(), `${address}/approve/`);
    const known = page.waitForResponse("**/api/device/noticed");
    await button(page, "Got it").click();
    await card(page, title).waitFor({state: "detached"});
    await known;
    await page.goto("about:blank"); // what was asked before is not answered any more
    const answered = page.waitForResponse("**/api/device/pending");
    await page.goto(`${address}/approve/`);
    assert.deepEqual((await (await answered).json()).aNotices, []);
    assert.equal(await page.locator(".notice").count(), 0);
    await page.goto("about:blank");
    await push.shown((all) => all.length === 0);
}

test("a device added, another one removed, the password changed: the other phone is told of each", async () => {
    const email = await technician();
    await enrolled(email, "The old tablet");
    const one = await reachable(email);
    await one.page.goto("about:blank");

    const {page} = await enrolled(email, "Ann's new phone");
    await isTold(one, "A device was added to your account", "Ann's new phone");

    await openSelf(page, email);
    await page.locator(".cards > li", {hasText: "The old tablet"}).getByRole("button", {name: "Remove"}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Remove"}).click();
    await isTold(one, "A device was removed from your account", "The old tablet");

    await page.getByRole("link", {name: "Change the password", exact: true}).click();
    await page.getByLabel("Current password", {exact: true}).fill(PASSWORD);
    await page.getByLabel("New password", {exact: true}).fill("a stormy harbour, 9 boats");
    await button(page, "Change the password").click();
    await heading(page, "The password was changed");
    await isTold(one, "Your password was changed", `Acme ${count}`);

    const answered = page.waitForResponse("**/api/device/pending");
    await page.reload();
    assert.deepEqual((await (await answered).json()).aNotices, [], "a phone is not told what it did itself");
});

test("from the notice that a device was added to where it can be removed", async () => {
    const email = await technician();
    const {page} = await enrolled(email, "Ann's phone");
    await enrolled(email, "Of somebody else");
    await page.evaluate(() => dispatchEvent(new Event("online")));
    const added = card(page, "A device was added to your account");
    const devices = added.getByRole("button", {name: "Look at your devices"});
    await page.route("**/api/self/begin", (route) => route.abort());
    await devices.click();
    await added.getByRole("alert").getByText("No connection").waitFor();
    await page.unroute("**/api/self/begin");
    await devices.click();
    await heading(page, "Your account");
    assert.match(page.url(), /#\/account\/[^/]+\/self$/);
    await page.locator(".cards > li", {hasText: "Of somebody else"}).getByRole("button", {name: "Remove"}).click();
    await page.getByRole("dialog").getByRole("button", {name: "Remove"}).click();
    await until(() => stage.devices(email), (all) => all.some(({name, state}) => name === "Of somebody else" && state === "removed"));
});

test("an app that is open: in view it is silent and shows the notice; elsewhere in it, a click leads to the notice", async () => {
    const email = await technician();
    const one = await reachable(email);
    const {page, push} = one;
    await stage.totp(email);
    await deliver(one);
    await card(page, "An authenticator was set up").waitFor();
    await push.shown((all) => all.length === 0);
    await button(page, "Got it").click();

    await page.getByRole("link", {name: "Settings"}).click();
    await heading(page, "Settings");
    await stage.removeTotp(email);
    const unseen = await deliver(one);
    assert.deepEqual(await push.shown((all) => all.length > 0), [shownFor(unseen, {silent: true})]);
    await push.hidePages();
    assert.deepEqual((await push.click()).map(([how]) => how), ["focus"]);
    await heading(page, "Nothing to approve");
    await card(page, "The authenticator was removed").waitFor();
    assert.equal(await page.locator(".notice").count(), 1);
});

test("a server that cannot be asked: words that fit both, and where the click leads is found out by the app", async () => {
    const email = await technician();
    const one = await reachable(email);
    const {page, push} = one;
    await page.goto("about:blank");
    await stage.totp(email);
    const {text} = await service.take(one.endpoint);
    const {id} = JSON.parse(text);
    await push.worker.evaluate(() => {
        self.fetchOf = self.fetch;
        self.fetch = async () => { throw new TypeError("no network"); };
    });
    await push.deliver(text);
    const other = {title: "Something may wait for you", body: "Open the app to find out.", tag: id, lang: "en", silent: false};
    assert.deepEqual(await push.shown((all) => all.length > 0), [other]);
    await push.worker.evaluate(() => { self.fetch = self.fetchOf; });
    await push.deliver(text);
    assert.deepEqual(await push.shown((all) => all[0].title !== other.title), [shownFor(id)], "the same again takes its own place");
    await push.deliver("");
    assert.deepEqual((await push.shown((all) => all.length === 2)).map(({tag}) => tag).sort(), [id, "other"].sort(), "it stays until it was seen");

    await page.goto(`${address}/approve/#/request/${id}`);
    await card(page, "An authenticator was set up").waitFor();
    await push.shown((all) => all.length === 0);
});
