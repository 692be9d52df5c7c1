// Runs what loads the module once, and again only after it failed.
export function once(start) {
  let loading;
  return () =>
    (loading ??= start().then(
      () => undefined,
      (error) => {
        loading = undefined;
        throw error;
      },
    ));
}
