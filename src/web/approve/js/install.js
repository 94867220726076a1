// SPDX-License-Identifier: Apache-2.0
// Keeping the page as an app: a button where the browser lets a page ask for it, else a sentence about the browser's menu.
import {h} from "./dom.js";
import {isForgetful, isInstalled} from "./platform.js";

/** @param {() => object} words */
export function createInstall(words) {
    /** The browser's offer, which is good for one question. */
    let offer = null;
    /** The node on the screen: a screen has one. */
    let place = null;

    function content() {
        if (isInstalled() || isForgetful(navigator)) // there it would start without the key
            return [];
        if (offer === null)
            return [h("p", {class: "soft"}, words().t("install.menu"))];
        return [h("p", {}, words().t("install.text")), h("button", {type: "button", class: "quiet", onclick: ask}, words().t("install.go"))];
    }

    function draw() {
        if (place?.isConnected)
            place.replaceChildren(...content());
    }

    async function ask() {
        const asked = offer;
        offer = null;
        await asked.prompt();
        draw();
    }

    window.addEventListener("beforeinstallprompt", (event) => {
        event.preventDefault();
        offer = event;
        draw();
    });
    window.addEventListener("appinstalled", () => {
        offer = null;
        draw();
    });

    return {
        /** For a screen: what there is to say about it at the time. */
        node() {
            place = h("div", {class: "install"}, content());
            return place;
        },
    };
}
