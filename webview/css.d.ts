/** Style sheets are imported for their effect: the bundler writes them to the CSS file beside the bundle. */
declare module "*.css";
