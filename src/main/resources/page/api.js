// Questions to the service. Addresses are relative, so that the page works behind any prefix.
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * What the user has given to be let in. It lives in this module alone and is gone with the page, unless the user has it kept
 * for the tab: then it is in the tab's session storage. It is never in an address bar.
 */
const KEPT = 'bams3-access';
let secrets = { reader: '', admin: '', links: {} };
try {
  secrets = { ...secrets, ...JSON.parse(sessionStorage.getItem(KEPT) ?? '{}') };
} catch {
  // Without session storage nothing is kept.
}

export const access = () => secrets;

/** @param kept whether the tab keeps it, so that it survives a reload */
export function useAccess(changed, kept) {
  secrets = { ...secrets, ...changed };
  try {
    if (kept) {
      sessionStorage.setItem(KEPT, JSON.stringify(secrets));
    } else {
      sessionStorage.removeItem(KEPT);
    }
  } catch {
    // It lives in this module then.
  }
  document.dispatchEvent(new Event('access'));
}

export const isKept = () => {
  try {
    return sessionStorage.getItem(KEPT) !== null;
  } catch {
    return false;
  }
};

const bearer = token => (token ? { Authorization: `Bearer ${token}` } : {});
export const adminHeaders = () => bearer(secrets.admin);
export const readerHeaders = () => bearer(secrets.reader);
export const usesToken = () => secrets.reader !== '';

export const idPath = id => id.split('/').map(part => encodeURIComponent(part)).join('/');
export const query = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')).toString().replaceAll('+', '%20');
export const absolute = path => new URL(path, document.baseURI.replace(/#.*/, '')).href;

/** The admin surface has a token of its own. */
export async function ask(path, options = {}) {
  const own = path.startsWith('admin/') ? adminHeaders() : path.startsWith('t/') ? {} : readerHeaders();
  let response;
  try {
    response = await fetch(path, { ...options, headers: { ...own, ...options.headers } });
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Refused(0, 'The service cannot be reached. Is it still running?');
  }
  if (!response.ok) {
    throw new Refused(response.status, await reason(response));
  }
  return response;
}

async function reason(response) {
  try {
    const told = await response.json();
    return told.htsget?.message ?? told.detail ?? told.title ?? response.statusText;
  } catch {
    return `The service answered ${response.status}.`;
  }
}

export const askJson = async (path, options) => (await ask(path, options)).json();

/** A dataset that was opened by a link is asked for under that link. */
const under = (id, path) => (secrets.links[id] ? `t/${secrets.links[id]}/${path}` : path);

/** A trailing slash ends ids that end like a question, as `x/count` does. */
export const datasetPath = id => under(id, `datasets/${idPath(id)}${/\/(count|coverage|plan)$/.test(`/${id}`) ? '/' : ''}`);
export const coveragePath = (id, values) => under(id, `datasets/${idPath(id)}/coverage?${query(values)}`);
export const readsPath = id => under(id, `reads/${idPath(id)}`);
export const filePath = id => under(id, `files/${idPath(id)}.bam`);
export const streamPath = (id, values) => under(id, `stream/reads/${idPath(id)}?${query(values)}`);

/** The dataset and the token of a link, as the service gives it; null for any other text. */
export function parseLink(text) {
  const found = /(?:^|\/)t\/([^/?#\s]+)\/(?:stream\/)?(reads|files|datasets)\/([^?#\s]+)/.exec(text.trim());
  if (!found) {
    return null;
  }
  const id = decodeURIComponent(found[2] === 'files' ? found[3].replace(/\.bam(\.bai|\.csi)?$/, '') : found[3]);
  return { token: found[1], id };
}
