// One page from a shell, its styles and its script: for a place where a page can fetch nothing.

const styles = '<link rel="stylesheet" href="sidebar.css" />';
const script = '<script src="sidebar.js"></script>';

/** The shell with `css` and `javascript` in place of the two elements that would load them. */
export function assemble(shell, css, javascript) {
  const styled = put(shell, styles, `<style>${guardStyle(css)}</style>`);
  return put(styled, script, `<script>${guardScript(javascript)}</script>`);
}

/** Not `replace`: in what it puts, a dollar sign has a meaning. */
function put(shell, element, content) {
  const [before, after, ...more] = shell.split(element);
  if (after === undefined || more.length > 0) {
    throw new Error(`src/sidebar/sidebar.html must have once, exactly so: ${element}`);
  }
  return before + content + after;
}

/**
 * Nothing in the script may end its element or open a comment. In a bundle both stand in strings
 * and patterns alone, where the escape is the same character.
 */
function guardScript(javascript) {
  return javascript.replace(/<(?=\/script|!--)/gi, () => "\\x3C");
}

function guardStyle(css) {
  return css.replace(/<(?=\/style)/gi, () => "\\3C ");
}
