/** A tile of the tree, by its place in a log folder or store, such as `tile/0/x001/067` or `tile/0/000.p/17`. */
export interface TreeTile {
  readonly path: string;
  readonly bytes: Uint8Array;
}
