// SPDX-License-Identifier: Apache-2.0
// What the camera sees, until it sees an enrolment code.
import {h} from "../dom.js";
import {problem} from "./frame.js";

/**
 * @param {object} words
 * @param {{start: (video: HTMLVideoElement, other: () => void) => Promise<void>, stop: () => void}} scan of scan.js
 * @returns {import("./frame.js").Screen}
 */
export function scanView(words, scan) {
    const trouble = h("div", {});
    const video = h("video", {class: "camera", playsinline: true, "aria-label": words.t("scan.title")});
    video.muted = true;
    void scan.start(video, () => {
        if (trouble.childElementCount === 0)
            trouble.replaceChildren(problem(words, "NoTicket"));
    });
    return {
        title: words.t("scan.title"), corner: "back",
        body: h("section", {class: "scan"},
            h("h1", {}, words.t("scan.title")), h("p", {}, words.t("scan.text")), video, trouble),
        leave: scan.stop,
    };
}
