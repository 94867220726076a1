// SPDX-License-Identifier: Apache-2.0
// A push service on loopback, and what a browser that is subscribed to it does with its messages: npm's web-push-testing, which
// knows nothing of this server, checks each message as a push service does and reads it as a browser does.
import {once} from "node:events";
import {createRequire} from "node:module";
import {setTimeout} from "node:timers/promises";
import {MODULES, openBrowser, openStage} from "./stage.mjs";

const require = createRequire(`${MODULES}/`);
const {PushApiModel} = require("web-push-testing/src/PushApiModel.js");
const WebPushTestingServer = require("web-push-testing/src/server.js");

const PATIENCE = 30_000;

/** Looks until the expected state is seen, and returns it. @param {() => Promise<any>} see @param {(seen: any) => boolean} isRight */
export async function until(see, isRight) {
    const end = Date.now() + PATIENCE;
    for (;;) {
        const seen = await see();
        if (isRight(seen))
            return seen;
        if (Date.now() > end)
            throw new Error(`it never came: what is seen is ${JSON.stringify(seen)}`);
        // Only spares the processor between two looks.
        await setTimeout(20);
    }
}

async function openPushService() {
    const model = new PushApiModel();
    const server = new WebPushTestingServer(model, 0);
    server.setRequestHandlers();
    const listening = server._app.listen(0, "127.0.0.1");
    await once(listening, "listening");
    const origin = `http://127.0.0.1:${listening.address().port}`;
    model.notifyUrl = `${origin}/notify/`;

    /** The content of each message not taken yet, by the client that it was for. */
    const queues = new Map();
    const read = model.handleNotification.bind(model);
    model.handleNotification = async (client, headers, body) => {
        await read(client, headers, body);
        queues.get(client).push({text: model.messages[client].at(-1), headers});
    };

    return {
        /** What the operator sets, so that the courier may send here. */
        settings: {"push.contact": "mailto:ops@example.com", "push.hosts": origin, "push.networks": "127.0.0.0/8"},
        /** Subscribes a browser that checks the server by this key. */
        async subscribe(applicationServerKey) {
            const {endpoint, keys, clientHash} = await model.subscribe({userVisibleOnly: "true", applicationServerKey});
            queues.set(clientHash, []);
            return {endpoint, keys};
        },
        /** The next message to an endpoint, as its browser reads it. */
        async take(endpoint) {
            const queue = queues.get(endpoint.split("/").at(-1));
            await until(async () => queue.length, (length) => length > 0);
            return queue.shift();
        },
        /** From now on the service no longer knows an endpoint, and says so to senders. */
        expire: (endpoint) => model.expireSubscription(endpoint.split("/").at(-1)),
        async close() {
            listening.close();
            listening.closeAllConnections();
            await once(listening, "close");
        },
    };
}

/**
 * Gives a phone push, except for its vendor's service, which is not available here: pushManager.subscribe
 * and getSubscription are this test's, and return data of the push service above.
 */
export async function subscribable(phone, service) {
    await phone.context.exposeBinding("subscribeAtService", (_, key) => service.subscribe(key));
    await phone.context.addInitScript(() => {
        const NAME = "a subscription of the test";
        const kept = () => JSON.parse(localStorage.getItem(NAME));
        const made = ({endpoint, keys}) => ({
            endpoint, toJSON: () => ({endpoint, expirationTime: null, keys}),
            unsubscribe: async () => { localStorage.removeItem(NAME); return true; }});
        PushManager.prototype.getSubscription = async () => kept() && made(kept());
        PushManager.prototype.subscribe = async ({userVisibleOnly, applicationServerKey}) => {
            if (Notification.permission !== "granted" || userVisibleOnly !== true)
                throw new DOMException("not allowed", "NotAllowedError");
            if (kept() !== null && kept().applicationServerKey !== applicationServerKey)
                throw new DOMException("subscribed with another key", "InvalidStateError");
            if (kept() === null) {
                const fresh = await globalThis.subscribeAtService(applicationServerKey);
                localStorage.setItem(NAME, JSON.stringify({...fresh, applicationServerKey}));
            }
            return made(kept());
        };
    });
}

/** The phone's service worker, as its browser reaches it: it delivers pushes, and shows and clicks what the worker shows. */
export async function openWorker(phone, page = phone.page) {
    const cdp = await phone.context.newCDPSession(page);
    const registered = new Promise((resolve) => cdp.on("ServiceWorker.workerRegistrationUpdated", ({registrations}) => {
        const found = registrations.find(({isDeleted}) => !isDeleted);
        if (found !== undefined)
            resolve(found);
    }));
    await cdp.send("ServiceWorker.enable");
    const {registrationId, scopeURL} = await registered;
    const worker = phone.context.serviceWorkers()[0] ?? await phone.context.waitForEvent("serviceworker");
    await worker.evaluate(() => {
        // Or Chromium takes a notification away by itself after a while, and a test would not know whose doing it was.
        const show = ServiceWorkerRegistration.prototype.showNotification;
        ServiceWorkerRegistration.prototype.showNotification = function (title, options) {
            return show.call(this, title, {...options, requireInteraction: true});
        };
        self.pushesDone = 0;
        const wait = ExtendableEvent.prototype.waitUntil;
        ExtendableEvent.prototype.waitUntil = function (promise) {
            wait.call(this, promise);
            if (this instanceof PushEvent)
                promise.finally(() => { self.pushesDone++; });
        };
    });
    const done = () => worker.evaluate(() => self.pushesDone);

    /**
     * Delivers a push and waits until the worker is done with it: while one is on its way to the screen, Chromium takes a request
     * for the notifications as the time to forget it.
     */
    async function deliver(data) {
        const before = await done();
        await cdp.send("ServiceWorker.deliverPushMessage", {origin: new URL(scopeURL).origin, registrationId, data});
        await until(done, (now) => now > before);
    }

    return {
        worker,
        deliver,
        /** Waits until the expected notifications are shown, and returns them. */
        shown: (isRight) => until(() => worker.evaluate(async () => (await self.registration.getNotifications())
            .map(({title, body, tag, lang, silent}) => ({title, body, tag, lang, silent}))), isRight),
        /** Sends the app a message from the worker. */
        tell: (message) => worker.evaluate(async (data) => {
            for (const client of await self.clients.matchAll())
                client.postMessage(data);
        }, message),
        /** Puts the phone's pages out of view: a browser without a screen has them all in view, each with the focus. */
        hidePages: () => worker.evaluate(() => {
            Object.defineProperty(WindowClient.prototype, "visibilityState", {get: () => "hidden"});
            Object.defineProperty(WindowClient.prototype, "focused", {get: () => false});
        }),
        /**
         * Clicks the one that is shown, and says what the worker did. An event that a test dispatches may neither be waited for nor
         * open or focus a window, so these three are the test's; the rest is as it runs on a phone.
         */
        click: () => worker.evaluate(async () => {
            const [notification] = await self.registration.getNotifications();
            const event = new NotificationEvent("notificationclick", {notification});
            const did = [];
            let ended;
            event.waitUntil = (promise) => { ended = promise; };
            self.clients.openWindow = async (url) => { did.push(["open", url]); };
            WindowClient.prototype.focus = async function () { did.push(["focus", this.url]); };
            self.dispatchEvent(event);
            await ended;
            return did;
        }),
    };
}

/** A push service, a server that uses it, and a browser. */
export async function openPushStage() {
    const service = await openPushService();
    const stage = openStage(service.settings);
    const browser = await openBrowser();
    const close = async () => {
        await browser.close();
        await stage.close();
        await service.close();
    };
    return {service, stage, browser, address: await stage.address(), close};
}
