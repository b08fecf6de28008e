using Ahenk.LiderSimulator;
using Ahenk.TestSite;
using Ahenk.XmppServers;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Ahenk.EndToEnd.Tests;

/// <summary>What most tests begin with.</summary>
internal static class Installation
{
    /// <summary>The products the agent must work with.</summary>
    public static TheoryData<string> Products => ["prosody", "ejabberd"];

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static IXmppTestServer Server(string product) => product == "ejabberd" ? new EjabberdServer() : new ProsodyServer();

    /// <summary>An installation whose agent is online and answers without delay.</summary>
    public static async Task<Site> OnlineAsync(
        string product = "prosody", Func<LiderServerOptions, LiderServerOptions>? configure = null, Action<AgentProcess>? agent = null)
    {
        var site = await Site.CreateAsync(Server(product), configure, Cancelled);
        try
        {
            site.Agent.Set("CONNECTION", "answer_delay_ms", "0");
            agent?.Invoke(site.Agent);
            await site.BringOnlineAsync(Cancelled);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }
}
