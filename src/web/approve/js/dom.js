// SPDX-License-Identifier: Apache-2.0
// Elements from plain values. Text is only ever text: nothing here reads HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith("on"))
            element.addEventListener(name.slice(2), value);
        else if (value === true)
            element.setAttribute(name, "");
        else if (value !== false && value !== undefined && value !== null)
            element.setAttribute(name, String(value));
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

/**
 * @param {string} tag
 * @param {object} [attributes] "on..." are listeners; true is an empty attribute; false, null and undefined are none
 * @param {...(Node|string|null|false)} children
 */
export function h(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

/** The same for a part of a picture. */
export function s(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A picture of one stroke, drawn on 24 by 24; the text beside it says what it means. */
export function icon(path) {
    return s("svg", {viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false"}, s("path", {d: path}));
}
