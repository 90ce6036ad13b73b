// Questions to the service. Addresses are relative, so that the page works behind any prefix.
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// Kept here only: it is gone when the page is.
let adminToken = '';
export const useAdminToken = token => (adminToken = token);
export const adminHeaders = () => (adminToken ? { Authorization: `Bearer ${adminToken}` } : {});

export const idPath = id => id.split('/').map(part => encodeURIComponent(part)).join('/');
export const query = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined && value !== '')).toString().replaceAll('+', '%20');
export const absolute = path => new URL(path, document.baseURI.replace(/#.*/, '')).href;

export async function ask(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
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

/** A trailing slash ends ids that end like a question, as `x/count` does. */
export const datasetPath = id => `datasets/${idPath(id)}${/\/(count|coverage|plan)$/.test(`/${id}`) ? '/' : ''}`;
export const coveragePath = (id, values) => `datasets/${idPath(id)}/coverage?${query(values)}`;
export const readsPath = id => `reads/${idPath(id)}`;
export const filePath = id => `files/${idPath(id)}.bam`;
export const streamPath = (id, values) => `stream/reads/${idPath(id)}?${query(values)}`;
