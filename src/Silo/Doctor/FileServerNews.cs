using Ahenk.Grains.Interfaces;
using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.DependencyInjection;

namespace Ahenk.Silo.Doctor;

/// <summary>What became of the last transfer to or from a file server: where they are, only tasks and policies say.</summary>
internal sealed class FileServerNews(TimeProvider time)
{
    private volatile Transfer? _last;

    /// <summary>The last one since the start; <see langword="null"/>: there was none.</summary>
    public Transfer? Last => _last;

    /// <summary>Notes one.</summary>
    public void Note(string server, string? problem) => _last = new Transfer(server, problem, time.GetUtcNow());

    /// <param name="Server">Which server.</param>
    /// <param name="Problem">Why it failed; <see langword="null"/>: it did not.</param>
    /// <param name="At">When it ended.</param>
    internal sealed record Transfer(string Server, string? Problem, DateTimeOffset At);
}

/// <summary>Has the news of every transfer.</summary>
internal sealed class WatchedFileTransfer(IFileTransfer inner, FileServerNews news) : IFileTransfer
{
    /// <summary>Puts itself before the registered one.</summary>
    public static void Watch(IServiceCollection services)
    {
        var transfer = services.Last(service => service.ServiceType == typeof(IFileTransfer));
        services.Remove(transfer);
        services.AddSingleton<FileServerNews>();
        services.AddSingleton<IFileTransfer>(provider => new WatchedFileTransfer(
            (IFileTransfer)transfer.ImplementationFactory!(provider), provider.GetRequiredService<FileServerNews>()));
    }

    /// <inheritdoc/>
    public Task FetchAsync(FileServer server, string? path, string localFile, CancellationToken cancellationToken) =>
        Watch(server, inner.FetchAsync(server, path, localFile, cancellationToken));

    /// <inheritdoc/>
    public Task UploadAsync(FileServer server, string agent, string name, string localFile, CancellationToken cancellationToken) =>
        Watch(server, inner.UploadAsync(server, agent, name, localFile, cancellationToken));

    private async Task Watch(FileServer server, Task transfer)
    {
        try
        {
            await transfer;
            news.Note(server.ToString(), null);
        }
        catch (FileServerException failure)
        {
            news.Note(server.ToString(), failure.Message);
            throw;
        }
    }
}
