using Ahenk.Lider.Protocol;
using Ahenk.Plugins.Sdk;

namespace Ahenk.FileTransfer.Tests;

[Trait("Category", "Unit")]
public sealed class SecretTests : IDisposable
{
    private readonly Bed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task A_file_servers_password_is_a_secret_of_the_log_before_anything_can_fail()
    {
        await Assert.ThrowsAsync<FileServerException>(() => _bed.FetchAsync(new FileServer { Password = "hunter22" }, "/x"));

        Assert.Equal("***", _bed.Secrets.Hide("hunter22"));
    }
}
