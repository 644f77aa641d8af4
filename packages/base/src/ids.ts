/**
 * Endpoints of a cluster are numbered: 0 … sites-1 are the sites, and `sites` is the launcher. The number is the
 * endpoint's name on the wire, in directories (one bit each) and in errors.
 */
export type EndpointId = number;

/** How an endpoint is called in messages for people. */
export function endpointName(id: EndpointId, sites: number): string {
  return id === sites ? "the launcher" : `site ${id}`;
}
