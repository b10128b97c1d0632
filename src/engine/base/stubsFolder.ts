/** Where users keep Python files that stand for modules, below a folder of the workspace. */
export const STUBS_FOLDER = ".convlens/stubs";
