// SPDX-License-Identifier: Apache-2.0
// A QR code as a picture: always dark on light, as cameras expect it.
import {s} from "../dom.js";

/** Modules of light around it (ISO/IEC 18004, section 9.1). */
const MARGIN = 4;

/**
 * @param {string} rows of "0" and "1", separated by blanks
 * @param {string} label for those who do not see it
 * @returns {SVGElement}
 */
export function qrPicture(rows, label) {
    const lines = rows.split(" ");
    const size = lines.length + 2 * MARGIN;
    const path = lines.flatMap((line, y) => [...line.matchAll(/1+/g)]
        .map((run) => `M${run.index + MARGIN} ${y + MARGIN}h${run[0].length}v1h-${run[0].length}z`)).join("");
    return s("svg", {viewBox: `0 0 ${size} ${size}`, class: "qr", role: "img", "aria-label": label, "shape-rendering": "crispEdges"},
        s("rect", {width: size, height: size, fill: "#fff"}), s("path", {d: path, fill: "#000"}));
}
