// SPDX-License-Identifier: Apache-2.0
// Notifications in a real browser: when permission is asked for, what they say, what a click opens, and how they end. Everything is
// real except the browser's own push service (push_service.mjs).
import assert from "node:assert/strict";
import {after, afterEach, before, beforeEach, test} from "node:test";
import {openPushStage, openWorker, subscribable, until} from "./push_service.mjs";
import {enrol, openPhone, openStage} from "./stage.mjs";

let scene, service, stage, browser, phone, page, address;
let count = 0;

before(async () => {
    scene = await openPushStage();
    ({service, stage, browser, address} = scene);
});
after(() => scene?.close());
beforeEach(() => usePhone());
afterEach(async () => {
    await page.unrouteAll({behavior: "ignoreErrors"});
    await phone.context.close();
    assert.deepEqual(phone.complaints, []);
});

/**
 * Chromium without a screen cannot ask, so its permissions are granted from the start.
 * @param {NotificationPermission} [answer] where the person is to be asked: this test's question, and what they say
 */
async function usePhone(answer, options) {
    await phone?.context.close();
    phone = await openPhone(browser, options);
    page = phone.page;
    await subscribable(phone, service);
    await phone.context.grantPermissions(["notifications"], {origin: address});
    if (answer !== undefined)
        await phone.context.addInitScript((said) => {
            Object.defineProperty(Notification, "permission", {get: () => localStorage.getItem("permission") ?? "default"});
            Notification.requestPermission = async () => {
                const times = Number(localStorage.getItem("asked") ?? 0) + 1;
                localStorage.setItem("asked", String(navigator.userActivation.isActive ? times : "without a press"));
                localStorage.setItem("permission", said);
                return said;
            };
        }, answer);
}

/** How often the person was asked for the permission. */
const timesAsked = () => page.evaluate(() => localStorage.getItem("asked") ?? "0");

async function technician() {
    const company = `acme${++count}`;
    const email = `ann@${company}.example`;
    await stage.company(company, [email], {}, `Acme ${count}`);
    return email;
}

const heading = (name) => page.getByRole("heading", {level: 1, name}).waitFor();
const button = (name) => page.getByRole("button", {name, exact: true});
const look = () => page.evaluate(() => dispatchEvent(new Event("online")));
const settings = () => page.getByRole("link", {name: "Settings"}).click();

/** Waits until the server has these subscriptions for the devices of an account. */
function subscribed(email, howMany) {
    return until(() => stage.subscriptions(email), (endpoints) => endpoints.length === howMany);
}

/** A technician whose phone is enrolled and subscribed: who, where the phone is reached, and its worker. */
async function reachable() {
    const email = await technician();
    await enrol(page, await stage.link(email));
    const [endpoint] = await subscribed(email, 1);
    return {email, endpoint, push: await openWorker(phone)};
}

test("the whole story: the console asks, the push arrives, a click, the number, in", async () => {
    const {email, endpoint, push} = await reachable();
    await page.goto("about:blank");
    const challenge = await stage.begin(email);
    const {text, headers} = await service.take(endpoint);
    assert.match(text, /^\{"id":"[A-Za-z0-9_-]{22}"\}$/);
    assert.ok(Number(headers.ttl) > 50);
    await push.deliver(text);
    const [shown] = await push.shown((all) => all.length > 0);
    assert.deepEqual(shown, {
        title: "A request waits for you", body: "Open the app to see what it is, and to answer it.", tag: JSON.parse(text).id, lang: "en",
        silent: false});
    const [[how, place], ...more] = await push.click();
    assert.deepEqual([how, place, more], ["open", `${address}/approve/#/request/${JSON.parse(text).id}`, []]);
    await push.shown((all) => all.length === 0);
    await page.goto(place);
    await heading("Is this you?");
    assert.equal(page.url(), `${address}/approve/`);
    await page.getByLabel("Number on the console").fill(challenge.number);
    await button("Approve").click();
    await heading("Approved");
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

/** Has the app in the page ask once when it is opened, and nothing more by itself; its clock goes on, the worker has the same one. */
async function stopAsking() {
    await phone.context.addInitScript(() => {
        const later = window.setTimeout;
        window.setTimeout = (act, wait, ...values) => wait >= 3_000 ? 0 : later(act, wait, ...values);
    });
    const place = page.url();
    await page.goto("about:blank"); // what was asked before is not answered any more
    const answered = page.waitForResponse("**/api/device/pending");
    await page.goto(place);
    await answered;
    await heading("Nothing to approve");
}

test("a click leads to the app that is open, and it looks at once", async () => {
    const {email, endpoint, push} = await reachable();
    await stopAsking();
    await push.hidePages();
    await stage.begin(email);
    await push.deliver((await service.take(endpoint)).text);
    await push.shown((all) => all.length === 1);
    await heading("Nothing to approve");
    assert.deepEqual(await push.click(), [["focus", `${address}/approve/`]]);
    await heading("Is this you?");
});

test("an app that is in view looks at once, without a sound, and what it shows is shown once", async () => {
    const {email, endpoint, push} = await reachable();
    await stopAsking();
    const seen = push.worker.evaluate(() => new Promise((resolve) => {
        const show = ServiceWorkerRegistration.prototype.showNotification;
        ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
            resolve(options.silent);
            return show.call(this, title, options);
        };
    }));
    await stage.begin(email);
    await push.deliver((await service.take(endpoint)).text);
    assert.equal(await seen, true);
    await heading("Is this you?");
    await push.shown((all) => all.length === 0);
});

test("what makes no sense shows one sentence that is always true, and changes nothing", async () => {
    const {email, endpoint, push} = await reachable();
    const challenge = await stage.begin(email);
    await push.deliver((await service.take(endpoint)).text);
    await heading("Is this you?");
    const state = () => page.evaluate(() => new Promise((resolve) => {
        indexedDB.open("countersign").onsuccess = ({target}) => {
            target.result.transaction("accounts").objectStore("accounts").getAll().onsuccess = ({target: {result}}) =>
                resolve(JSON.stringify(result));
        };
    }));
    const before = await state();
    await page.goto("about:blank");
    for (const data of ["", "{", "null", "[]", "7", "{\"id\":7}", "{\"id\":\"\"}", "{\"id\":\"<b>a challenge of mine</b>\"}",
        `{"id":"${"a".repeat(65)}"}`, "{\"name\":\"Eve\",\"url\":\"https://elsewhere.example/\"}", "\u0000\u0001", "x".repeat(4_000)])
        await push.deliver(data);
    const shown = await push.shown((all) => all.some(({tag}) => tag === "other"));
    const odd = shown.filter(({tag}) => tag === "other");
    assert.deepEqual(odd, [{title: "Something may wait for you", body: "Open the app to find out.", tag: "other", lang: "en",
        silent: false}]);
    assert.ok(shown.length <= 2, JSON.stringify(shown));
    await page.goto(`${address}/approve/`);
    await heading("Is this you?");
    assert.equal(await state(), before);
    // The app has looked: the notification is no longer useful.
    await push.shown((all) => all.every(({tag}) => tag !== "other"));
    await page.getByLabel("Number on the console").fill(challenge.number);
    await button("Approve").click();
    assert.equal(await stage.settle(challenge.login, challenge.push), "OK");
});

test("in the language that was chosen in the app", async () => {
    const {push} = await reachable();
    for (const [code, title] of [["de", "Vielleicht wartet etwas auf Sie"], ["ja", "何か届いているかもしれません"]]) {
        await page.goto(`${address}/approve/#/settings`);
        await page.locator("#language").selectOption(code);
        await page.locator(`html[lang=${code}]`).waitFor({state: "attached"});
        await page.goto("about:blank");
        await push.deliver("");
        const [shown] = await push.shown((all) => all[0]?.lang === code);
        assert.equal(shown.title, title);
    }
});

test("what was settled elsewhere is taken away by the next push, what waits stays", async () => {
    const one = await reachable();
    const two = await technician();
    await enrol(page, await stage.link(two), "The same phone");
    assert.deepEqual(await subscribed(two, 1), [one.endpoint], "several accounts share the browser's one subscription");
    await page.goto("about:blank");
    const settled = await stage.begin(one.email);
    const first = (await service.take(one.endpoint)).text;
    await one.push.deliver(first);
    await one.push.shown((all) => all.length === 1);
    await stage.begin(two);
    const second = (await service.take(one.endpoint)).text;
    await one.push.deliver(second);
    await one.push.shown((all) => all.length === 2);
    await stage.cancel(settled.login, settled.push);
    await one.push.deliver("");
    const left = await one.push.shown((all) => all.length === 2 && all.some(({tag}) => tag === "other"));
    assert.ok(left.some(({tag}) => tag === JSON.parse(second).id));
});

test("what ran out is taken away when the app is opened", async () => {
    const {email, endpoint, push} = await reachable();
    await page.goto("about:blank");
    await stage.begin(email);
    await push.deliver((await service.take(endpoint)).text);
    await push.shown((all) => all.length === 1);
    await stage.advance(61);
    await page.goto(`${address}/approve/`);
    await push.shown((all) => all.length === 0);
    await heading("Nothing to approve");
});

test("a notification of what is settled, over or of nobody here says so", async () => {
    const {email, endpoint, push} = await reachable();
    await page.goto("about:blank");
    const open = async () => {
        await push.shown((all) => all.length === 1);
        const [[, place]] = await push.click();
        await page.goto("about:blank");
        await page.goto(place);
    };
    const settled = await stage.begin(email);
    await push.deliver((await service.take(endpoint)).text);
    await stage.cancel(settled.login, settled.push);
    await open();
    await heading("This request was withdrawn");
    await button("Done").click();
    await heading("Nothing to approve");
    await page.goto("about:blank");
    await stage.advance(31);
    await stage.begin(email);
    await push.deliver((await service.take(endpoint)).text);
    await stage.advance(61);
    await open();
    await heading("The time is over");
    await page.goto("about:blank");
    await push.deliver(JSON.stringify({id: "a".repeat(22)}));
    await open();
    await heading("This request is gone");
    await page.goto("about:blank");
    await push.deliver("nothing");
    await open();
    await heading("Nothing to approve");
    // In an app that is open, too.
    await push.tell({kind: "countersign.look", id: "b".repeat(22)});
    await heading("This request is gone");
});

test("nobody's message but the worker's moves the app, and none moves the worker", async () => {
    const {push} = await reachable();
    await stopAsking();
    let asked = 0;
    await page.route("**/api/device/pending", (route) => {
        asked++;
        return route.continue();
    });
    await page.evaluate(async () => {
        const forged = ["countersign.look", {kind: "countersign.look", id: null}, null, {kind: "countersign.look", id: "a".repeat(22)}];
        const {active} = await navigator.serviceWorker.ready;
        for (const data of forged) {
            window.postMessage(data, "*");
            active.postMessage(data);
            navigator.serviceWorker.dispatchEvent(new MessageEvent("message", {data, origin: location.origin}));
            navigator.serviceWorker.dispatchEvent(new MessageEvent("message", {data, source: window, origin: "https://elsewhere.example"}));
            new BroadcastChannel("countersign").postMessage(data);
        }
    });
    for (const odd of ["countersign.look", {kind: "countersign.look"}, {kind: "countersign.look", id: "https://elsewhere.example/"},
        {kind: "countersign.open", id: null}])
        await push.tell(odd);
    assert.equal(asked, 0);
    // Messages arrive in their order: after this one, all the others have arrived.
    const answered = page.waitForResponse("**/api/device/pending");
    await push.tell({kind: "countersign.look", id: null});
    await answered;
    assert.equal(asked, 1);
    assert.deepEqual(await push.shown(() => true), []);
    await heading("Nothing to approve");
});

test("a subscription that the browser changed is told for every account", async () => {
    const {email, endpoint, push} = await reachable();
    const two = await technician();
    await enrol(page, await stage.link(two), "The same phone");
    await subscribed(two, 1);
    await page.goto("about:blank");
    const fresh = await service.subscribe(await stage.pushKey());
    await push.worker.evaluate(async ({endpoint: now, keys}) => {
        PushManager.prototype.subscribe = async () => ({endpoint: now, toJSON: () => ({endpoint: now, keys})});
        const event = new Event("pushsubscriptionchange");
        let ended;
        event.waitUntil = (promise) => { ended = promise; };
        self.dispatchEvent(event);
        await ended;
    }, fresh);
    assert.notEqual(fresh.endpoint, endpoint);
    for (const who of [email, two])
        assert.deepEqual(await stage.subscriptions(who), [fresh.endpoint]);
    await stage.begin(two);
    await push.deliver((await service.take(fresh.endpoint)).text);
    await push.shown((all) => all.length === 1);
});

test("another key of the server: subscribed anew; the last account that goes takes the subscription with it", async () => {
    const {email, endpoint} = await reachable();
    const subscription = () => page.evaluate(async () => (await (await navigator.serviceWorker.ready).pushManager.getSubscription())?.endpoint);
    await page.evaluate(() => {
        const name = "a subscription of the test";
        localStorage.setItem(name, JSON.stringify({...JSON.parse(localStorage.getItem(name)), applicationServerKey: "another"}));
    });
    await page.reload();
    await page.waitForFunction((old) => !(localStorage.getItem("a subscription of the test") ?? old).includes(old), endpoint);
    const fresh = await subscription();
    assert.notEqual(fresh, endpoint);
    await until(() => stage.subscriptions(email), ([now]) => now === fresh);
    await stage.begin(email);
    await service.take(fresh);

    await heading("Is this you?");
    await button("Refuse").click();
    await button("Done").click();
    await stage.totp(email); // a phone that is the last factor cannot take itself off
    await page.getByRole("link", {name: email}).click();
    await button("Remove this device").click();
    await page.getByRole("dialog").getByRole("button", {name: "Remove this device"}).click();
    await heading("No account yet");
    await page.waitForFunction(() => localStorage.getItem("a subscription of the test") === null);
    assert.deepEqual(await stage.subscriptions(email), []);
});

test("a subscription that the service ended is replaced by a new one when the app is opened next", async () => {
    const {email, endpoint} = await reachable();
    service.expire(endpoint);
    await page.goto("about:blank");
    const challenge = await stage.begin(email);
    await subscribed(email, 0);
    await page.goto(`${address}/approve/`);
    const [fresh] = await subscribed(email, 1);
    assert.notEqual(fresh, endpoint, "the browser had kept the dead one");
    await stage.cancel(challenge.login, challenge.push);
    await stage.advance(31);
    await stage.begin(email);
    await service.take(fresh);
    const told = page.waitForResponse("**/api/device/subscribe");
    await page.reload();
    assert.equal((await told).request().postDataJSON().bAgain, true);
    assert.deepEqual(await stage.subscriptions(email), [fresh], "the same again changes nothing");
});

/** An enrolment up to its last screen. */
async function compared(email) {
    await page.goto(await stage.link(email));
    await button("Add this device").click();
    await button("They match").click();
    await heading("This device is ready");
}

test("asked for at the end of an enrolment, with the reason, and by a press alone", async () => {
    await usePhone("granted");
    const email = await technician();
    await compared(email);
    await page.getByText("no name, no number, no address").waitFor();
    assert.equal(await timesAsked(), "0");
    assert.deepEqual(await stage.subscriptions(email), []);
    await button("Allow notifications").click();
    await page.getByText("Notifications are on").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.className), "bell", "the focus is where it was");
    assert.equal(await timesAsked(), "1");
    const [endpoint] = await subscribed(email, 1);
    await button("Done").click();
    await heading("Nothing to approve");
    assert.equal(await page.getByText("notif").count(), 0);

    await settings();
    await button("Switch off").click();
    await page.getByText("Notifications are off").waitFor();
    assert.deepEqual(await stage.subscriptions(email), []);
    await page.reload();
    await button("Switch on").click();
    await page.getByText("Notifications are on").waitFor();
    assert.notDeepEqual(await subscribed(email, 1), [endpoint]);
    assert.equal(await timesAsked(), "1");
});

test("not now: not asked again, but to be had in the settings", async () => {
    await usePhone("granted");
    const email = await technician();
    await compared(email);
    await button("Not now").click();
    await page.getByText("Get notified when a request waits").waitFor({state: "detached"});
    await button("Done").click();
    await page.reload();
    await heading("Nothing to approve");
    await settings();
    await page.getByText("Get notified when a request waits").waitFor();
    await page.getByRole("link", {name: "Back"}).click();
    await heading("Nothing to approve");
    assert.equal(await page.getByText("Get notified when a request waits").count(), 0);
    assert.equal(await timesAsked(), "0");
    await settings();
    await button("Allow notifications").click();
    await subscribed(email, 1);
});

test("on the screen that waits, where the enrolment was before there was anything to ask; and what a no means", async () => {
    await usePhone("denied");
    const email = await technician();
    await page.route("**/api/push/key", (route) => route.fulfill({json: {result: "OK"}}));
    await enrol(page, await stage.link(email));
    assert.equal(await page.getByText("Get notified when a request waits").count(), 0);
    await page.unroute("**/api/push/key");
    await page.reload();
    await button("Allow notifications").click();
    await page.getByText("Notifications are blocked").waitFor();
    await settings();
    await page.getByText("Allow it in the settings of the browser").waitFor();
    assert.equal(await button("Allow notifications").count(), 0);
    // It is allowed there: the app sees it by itself.
    await page.evaluate(() => localStorage.setItem("permission", "granted"));
    await page.getByText("Notifications are on").waitFor();
    await subscribed(email, 1);
});

test("a server without Web Push: nothing is asked, nothing is subscribed", async () => {
    const plain = openStage();
    try {
        address = await plain.address();
        await usePhone("granted");
        await plain.company("acme", ["ann@acme.example"], {}, "Acme");
        await page.goto(await plain.link("ann@acme.example"));
        await button("Add this device").click();
        const told = page.waitForResponse("**/api/push/key");
        await button("They match").click();
        await told;
        await heading("This device is ready");
        await button("Done").click();
        await settings();
        await page.getByText("This server sends no notifications").waitFor();
        assert.equal(await button("Allow notifications").count(), 0);
        assert.equal(await timesAsked(), "0");
        assert.equal(await page.evaluate(() => localStorage.getItem("a subscription of the test")), null);
    } finally {
        address = await stage.address();
        await plain.close();
    }
});

test("a push service that the server does not know is said once, in plain words", async () => {
    const email = await technician();
    // The request is signed: another address would be a bad signature. The server's own answer is tested in tests/e2e.
    await page.route("**/api/device/subscribe", (route) => route.fulfill({status: 422, json: {result: "UnknownPushService"}}));
    await enrol(page, await stage.link(email));
    await page.getByText("Notifications are not possible").waitFor();
    await button("Got it").click();
    await page.getByText("Notifications are not possible").waitFor({state: "detached"});
    const told = page.waitForResponse("**/api/device/subscribe");
    await page.reload();
    await told;
    await settings();
    await page.getByText("does not know this browser's notification service").waitFor();
    await page.getByRole("link", {name: "Back"}).click();
    await heading("Nothing to approve");
    assert.equal(await page.getByText("Notifications are not possible").count(), 0);
    assert.deepEqual(await stage.subscriptions(email), []);
});

test("a browser's service that cannot be had, and a server that cannot be asked, can be tried again", async () => {
    const email = await technician();
    await phone.context.addInitScript(() => {
        const subscribe = PushManager.prototype.subscribe;
        PushManager.prototype.subscribe = async (options) => {
            if (localStorage.getItem("reached") === null)
                throw new DOMException("Registration failed - push service error", "AbortError");
            return await subscribe(options);
        };
    });
    await enrol(page, await stage.link(email));
    await settings();
    await page.getByText("Notifications could not be set up").waitFor();
    await page.evaluate(() => localStorage.setItem("reached", "yes"));
    await page.route("**/api/push/key", (route) => route.abort());
    await button("Try again").click();
    await page.getByText("Notifications: not known just now").waitFor();
    await page.unroute("**/api/push/key");
    await button("Try again").click();
    await page.getByText("Notifications are on").waitFor();
    await subscribed(email, 1);
});

test("where the browser has no Web Push: it says so in the settings; an iPhone's is told how to have it", async () => {
    const none = () => ["PushManager", "Notification"].forEach((name) => delete window[name]);
    const email = await technician();
    await phone.context.addInitScript(none);
    await enrol(page, await stage.link(email));
    await settings();
    await page.getByText("No notifications in this browser").waitFor();
    assert.deepEqual(await stage.subscriptions(email), []);

    await usePhone(undefined, {
        userAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/604.1"});
    await phone.context.addInitScript(none);
    const other = await technician();
    await enrol(page, await stage.link(other));
    await page.getByText("Notifications need the installed app").waitFor();
    await button("Got it").click();
    await page.getByText("Notifications need the installed app").waitFor({state: "detached"});
});
