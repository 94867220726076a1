// SPDX-License-Identifier: Apache-2.0
// The service worker: keeps the app's files, so that it opens without a network; push.js is its part about notifications. Not
// here: anything of the API, which is never kept and never answered from here.
//
// All files of one version are fetched together when that version is installed, and are answered from the cache alone: what
// runs is always one version, whole. shell.js (made at build) names the version and the files.
"use strict";

importScripts("shell.js", "shared.js", "push.js");

const PREFIX = "countersign-shell-";
const NAME = PREFIX + self.SHELL.version;

async function install() {
    const cache = await caches.open(NAME);
    await cache.addAll(self.SHELL.files.map((file) => new Request(file, {cache: "no-cache", credentials: "omit"})));
    await self.skipWaiting();
}

async function activate() {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
    await self.clients.claim();
}

async function answer(request) {
    const cache = await caches.open(NAME);
    const kept = await cache.match(request, {ignoreSearch: true});
    return kept ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
    if (event.request.method === "GET" && event.request.url.startsWith(self.registration.scope))
        event.respondWith(answer(event.request));
});
