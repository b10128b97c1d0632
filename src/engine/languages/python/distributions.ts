/**
 * Under which name a package index has the package of an import. Only well-known ones: an index may have anything by
 * the name of a module of the user's own. What ConvLens has tables for (torch, keras, numpy) is not to be fetched.
 */
import { entryOf } from "../../base/table.ts";

/** Where the two names differ. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  cv2: "opencv-python",
  sklearn: "scikit-learn",
  skimage: "scikit-image",
  PIL: "Pillow",
  yaml: "PyYAML",
  segmentation_models_pytorch: "segmentation-models-pytorch",
  segmentation_models: "segmentation-models",
  efficientnet_pytorch: "efficientnet-pytorch",
  huggingface_hub: "huggingface-hub",
  open_clip: "open-clip-torch",
  pytorch_lightning: "pytorch-lightning",
  lightning_fabric: "lightning-fabric",
  torch_geometric: "torch-geometric",
  torch_cluster: "torch-cluster",
  torch_sparse: "torch-sparse",
  pytorch_wavelets: "pytorch-wavelets",
  facenet_pytorch: "facenet-pytorch",
  x_transformers: "x-transformers",
  vit_pytorch: "vit-pytorch",
  perceiver_pytorch: "perceiver-pytorch",
  rotary_embedding_torch: "rotary-embedding-torch",
  local_attention: "local-attention",
  axial_attention: "axial-attention",
  linear_attention_transformer: "linear-attention-transformer",
  routing_transformer: "routing-transformer",
  performer_pytorch: "performer-pytorch",
  imagen_pytorch: "imagen-pytorch",
  denoising_diffusion_pytorch: "denoising-diffusion-pytorch",
  vector_quantize_pytorch: "vector-quantize-pytorch",
  keras_hub: "keras-hub",
  keras_cv: "keras-cv",
  keras_nlp: "keras-nlp",
  keras_cv_attention_models: "keras-cv-attention-models",
  keras_contrib: "keras-contrib",
  classification_models: "image-classifiers",
  tensorflow_addons: "tensorflow-addons",
  tensorflow_hub: "tensorflow-hub",
  tensorflow_probability: "tensorflow-probability",
  tf_slim: "tf-slim",
  mmseg: "mmsegmentation",
  stable_baselines3: "stable-baselines3",
  sentence_transformers: "sentence-transformers",
  ml_collections: "ml-collections",
  ml_dtypes: "ml-dtypes",
  mamba_ssm: "mamba-ssm",
  causal_conv1d: "causal-conv1d",
  flash_attn: "flash-attn",
};

/** Where they are one. */
const SAME_NAMES = new Set(
  `torchvision timm transformers diffusers monai pretrainedmodels torchaudio torchtext ultralytics kornia einops
  accelerate peft lightning fastai munch safetensors torchmetrics albumentations optax chex pytorchvideo compressai
  basicsr realesrgan gfpgan facexlib lpips piq resnest geffnet inplace_abn torchsde torchdiffeq fvcore iopath
  mmengine mmdet mmpretrain mmcls mmcv pytorchcv imageio tqdm omegaconf fairseq asteroid demucs encodec speechbrain
  tokenizers efficientnet tfimm vit_keras keras_applications keras_preprocessing`.split(/\s+/),
);

/** Of the top-level module of a dotted name; undefined for what is not known to be in an index. */
export function distributionOf(module: string): string | undefined {
  const top = module.split(".")[0] ?? "";
  return entryOf(OTHER_NAMES, top) ?? (SAME_NAMES.has(top) ? top.replaceAll("_", "-") : undefined);
}
