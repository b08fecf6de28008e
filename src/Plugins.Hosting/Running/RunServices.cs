using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.Logging;

namespace Ahenk.Plugins.Hosting.Running;

/// <summary>What every run needs.</summary>
internal sealed record RunServices(
    PluginHostOptions Options,
    IMachine Machine,
    IFileTransfer Transfer,
    IPluginData Data,
    IPluginProgress Progress,
    CurrentIdentity Identity,
    LogSecrets Secrets,
    TimeProvider Time,
    ILogger Logger)
{
    public ResultUpload Upload { get; } = new(Transfer, Identity, Time);
}
