"""
Deformable convolution, as the extension that was copied from mmdetection has it: results are written into `output`.
It costs what a plain convolution does. https://arxiv.org/abs/1703.06211, https://arxiv.org/abs/1811.11168
"""
import torch


def deform_conv_forward_cuda(
    input, weight, offset, output, columns, ones, kW, kH, dW, dH, padW, padH, dilationW, dilationH,
    group, deformable_group, im2col_step=None
):
    mask = input.new_zeros(0)
    bias = weight.new_zeros(weight.shape[0])
    out = torch.ops.torchvision.deform_conv2d(
        input, weight, offset, mask, bias, dH, dW, padH, padW, dilationH, dilationW, group, deformable_group, False
    )
    output.copy_(out)
    return 1


def modulated_deform_conv_cuda_forward(
    input, weight, bias, ones, offset, mask, output, columns, kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w,
    dilation_h, dilation_w, group, deformable_group, with_bias=True
):
    out = torch.ops.torchvision.deform_conv2d(
        input, weight, offset, mask, bias, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w,
        group, deformable_group, True
    )
    output.copy_(out)


deform_conv_forward = deform_conv_forward_cuda
modulated_deform_conv_forward = modulated_deform_conv_cuda_forward
