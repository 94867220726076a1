// SPDX-License-Identifier: Apache-2.0
// The service worker's half of notifications. A push names a challenge or a notice by its opaque id alone, and the server is asked
// which it is; no more is shown. Who asks and what for, or what was changed, is seen in the app. Nothing is answered from here, and no
// message of a page is listened to.
//
// Each push shows a notification, whatever it carries: that is what browsers make of userVisibleOnly, some by ending the
// subscription of a worker that stays silent three times. One that makes no sense shows a sentence that is always true.
"use strict";

(() => {
    const {openAccounts, createApi, keepSubscribed, closeSettled, isId, lookMessage, requestPlace, signChange, toldMemory, whatWaits, words} = self.SHARED;
    const scope = self.registration.scope;
    const address = new URL("../api/", scope).href;
    const api = createApi(address, {sign: signChange});
    /** Nothing is shown before the server was asked, so it is not waited for as long as elsewhere. */
    const hasty = createApi(address, {patience: 4_000});
    /** The words by what the id is; where that cannot be found out, those that fit both. */
    const KEYS = {challenge: "notify.push", notice: "notify.push.notice"};

    /** The tag of what makes no sense: it takes its own place, so there is never more than one. */
    const OTHER = "other";

    /** @param {PushMessageData|null} data @returns {string|null} the id; null for anything else */
    function idOf(data) {
        try {
            const {id} = data.json();
            return isId(id) ? id : null;
        } catch {
            return null;
        }
    }

    /** The language that was chosen in the app, else the device's. */
    async function language() {
        const chosen = await openAccounts().then((store) => store.setting("language")).catch(() => undefined);
        return [chosen || [], navigator.languages].flat().map((tag) => tag.toLowerCase().split("-")[0])
            .find((code) => Object.hasOwn(words, code)) ?? "en";
    }

    async function windows() {
        const all = await self.clients.matchAll({type: "window", includeUncontrolled: true});
        return all.filter((client) => client.url.startsWith(scope));
    }

    /** What waits. Whatever goes wrong, something is shown, and nothing closed. */
    async function look() {
        const unknown = {asked: Date.now(), isWhole: false, kinds: new Map()};
        try {
            return await whatWaits(hasty, await (await openAccounts()).list());
        } catch {
            return unknown;
        }
    }

    async function show(id, kinds) {
        const code = await language();
        const open = await windows();
        const key = KEYS[kinds.get(id)] ?? "notify.push.other";
        await self.registration.showNotification(words[code][`${key}.title`], {
            body: words[code][`${key}.text`], lang: code, tag: id ?? OTHER, data: {at: Date.now()},
            icon: new URL("icon-192.png", scope).href, badge: new URL("badge.png", scope).href,
            // A person who looks at the app sees the challenge or the notice itself. The same one twice does not ring twice, as it is its own
            // tag; nothing stays on the screen until it is taken away: a challenge is over in a minute or a few, a notice is kept in the app.
            silent: open.some((client) => client.focused), renotify: false, requireInteraction: false});
        open.filter((client) => client.visibilityState === "visible").forEach((client) => client.postMessage(lookMessage(null)));
    }

    /** Shows it, and closes what was settled, ran out or was seen meanwhile; nothing where not every account could be asked for. */
    async function pushed(data) {
        const id = idOf(data);
        const {asked, isWhole, kinds} = await look();
        await show(id, kinds);
        if (isWhole)
            await closeSettled(self.registration, (tag) => tag === (id ?? OTHER) || kinds.has(tag), asked);
    }

    /** To the app: a window of it that is open, or a new one. It asks the server what became of the challenge, and shows the notices. */
    async function clicked(notification) {
        notification.close();
        const id = isId(notification.tag) ? notification.tag : null;
        const open = await windows();
        const app = open.find((client) => client.focused) ?? open.find((client) => client.visibilityState === "visible") ?? open[0];
        if (app === undefined) {
            await self.clients.openWindow(id === null ? scope : scope + requestPlace(id));
            return;
        }
        app.postMessage(lookMessage(id));
        await app.focus();
    }

    /** The browser changed or lost the subscription by itself. */
    async function renew() {
        const store = await openAccounts();
        await keepSubscribed({
            api, accounts: await store.list(), manager: self.registration.pushManager, permission: Notification.permission,
            memory: toldMemory(store), isOff: await store.setting("notifications") === "off"});
    }

    self.addEventListener("push", (event) => event.waitUntil(pushed(event.data)));
    self.addEventListener("notificationclick", (event) => event.waitUntil(clicked(event.notification)));
    self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew()));
})();
