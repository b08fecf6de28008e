using Ahenk.Grains.Interfaces;
using Ahenk.Plugins.Sdk;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Gateway.Xmpp;

/// <summary>Adds the way to Lider.</summary>
public static class GatewayServiceCollectionExtensions
{
    /// <summary>Adds the gateway as a hosted service and as <see cref="IAgentControl"/>.</summary>
    public static IServiceCollection AddLiderGateway(this IServiceCollection services, GatewayOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<AgentExit>();
        services.AddSingleton<IXmppClientFactory, XmppClientFactory>();
        services.AddSingleton<ConnectionWatch>();
        services.AddSingleton<IConnectionWatch>(provider => provider.GetRequiredService<ConnectionWatch>());
        services.AddSingleton<LiderInbox>();
        services.AddSingleton<RegistrationRequest>();
        services.AddSingleton<Registration>();
        services.AddSingleton<PermanentSessionFactory>();
        services.AddSingleton<Unregistration>();
        services.AddSingleton<IdentityChange>();
        services.AddSingleton<IAgentRegistration, AgentRegistration>();
        services.AddSingleton<AgentConnection>();
        services.AddSingleton<IAgentControl>(provider => provider.GetRequiredService<AgentConnection>());
        services.AddSingleton<ISessionProbe>(provider => provider.GetRequiredService<AgentConnection>());
        services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<AgentConnection>());
        return services;
    }
}
