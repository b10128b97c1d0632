/** Libraries of data, plots, logs and environments, by the module that is imported. */

/** What is made of these has no layers. */
const LAYERLESS: ReadonlySet<string> = new Set(
  (
    "sklearn pandas polars cv2 skimage PIL scipy matplotlib seaborn plotly gym gymnasium " +
    "gymnasium_robotics wandb tensorboard tensorboardX mlflow tqdm tiktoken nltk spacy librosa soundfile h5py " +
    "yaml tyro requests imageio albumentations datasets sentencepiece networkx numba joblib psutil rich click " +
    "omegaconf absl optuna pretty_midi mido music21 pygame atari_py vizdoom mujoco_py dm_control envpool " +
    "moviepy yfinance pandas_datareader statsmodels textblob gensim jieba xgboost lightgbm boto3 flask " +
    "streamlit gradio safetensors huggingface_hub tokenizers"
  ).split(" "),
);

/** These make objects of classes that they are told, or hold networks of their own, and are not there for that. */
const AROUND_NETWORKS: ReadonlySet<string> = new Set(["hydra", "ray", "stable_baselines3"]);

export function isLayerless(module: string): boolean {
  return LAYERLESS.has(top(module));
}

/** No file imports it for a network. */
export function makesNoNetworks(module: string): boolean {
  return isLayerless(module) || AROUND_NETWORKS.has(top(module));
}

function top(module: string): string {
  return module.split(".", 1)[0] ?? "";
}
