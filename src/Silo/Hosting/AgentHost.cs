using Ahenk.FileTransfer;
using Ahenk.Gateway.Xmpp;
using Ahenk.Grains;
using Ahenk.Grains.Agreement;
using Ahenk.Grains.Ending;
using Ahenk.Grains.Events;
using Ahenk.Grains.Interfaces;
using Ahenk.Grains.People;
using Ahenk.Grains.Policies;
using Ahenk.Grains.Scheduling;
using Ahenk.Machine.Linux;
using Ahenk.Machine.Linux.Administrators;
using Ahenk.Machine.Linux.Dialogs;
using Ahenk.Machine.Linux.Inventory;
using Ahenk.Machine.Linux.Processes;
using Ahenk.Machine.Linux.Sessions;
using Ahenk.Plugins.Hosting;
using Ahenk.Plugins.Hosting.Installing;
using Ahenk.Plugins.Sdk;
using Ahenk.Silo.Configuration;
using Ahenk.Silo.Control;
using Ahenk.Silo.Diagnostics;
using Ahenk.Silo.Doctor;
using Ahenk.Silo.Hosting.Systemd;
using Ahenk.Silo.Logging;
using Ahenk.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Serilog;

namespace Ahenk.Silo.Hosting;

/// <summary>Puts the parts together.</summary>
internal static class AgentHost
{
    /// <summary>Builds the daemon. The silo starts first and stops last: everything else calls grains.</summary>
    public static IHost Build(LoadedConfiguration configuration, DaemonLog log, AhenkDatabase database)
    {
        var settings = configuration.Settings;

        // The empty builder: no files, environment or command line are read but ours.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSerilog(log.Logger);
        builder.Services.AddSingleton<IHostLifetime, StartedLifetime>();
        builder.Services.AddSingleton(ServiceEnvironment.Take());
        builder.Services.AddSingleton<IServiceManager, ServiceManager>();

        // AgentRun has the limit, for it can change while the agent runs.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(configuration);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(settings.Log);
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(log.Secrets);
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton<IAuditLog>(services => services.GetRequiredService<AuditLog>());
        builder.Services.AddSingleton<IAgentEvents, EventHub>();

        // Before the silo, so that it is stopped after it.
        builder.Services.AddHostedService(services => services.GetRequiredService<AuditLog>());
        builder.Services.AddSingleton(settings.Ending);
        builder.Services.AddSingleton(settings.Tasks);
        builder.Services.AddSingleton(settings.Schedules);
        builder.Services.AddSingleton<TimeProvider, MachineClock>();
        builder.Services.AddSingleton(new AgentVersion(AhenkSettings.AgentVersion));
        builder.Services.AddSingleton<TaskAnswers>();
        builder.Services.AddSingleton<SchedulePlanner>();
        builder.Services.AddSingleton<ScheduleKeeper>();
        builder.Services.AddAhenkStorage(database);
        builder.Services.AddSingleton<IInventory, LinuxInventory>();
        builder.Services.AddSingleton<ICommandRunner, CommandRunner>();
        builder.Services.AddSingleton<IProcessLauncher, ProcessLauncher>();
        builder.Services.AddSingleton<IAccounts, Accounts>();
        builder.Services.AddSingleton<IUserSessions, UserSessions>();
        builder.Services.AddSingleton<IUserCommands, UserCommands>();
        builder.Services.AddSingleton<IHomeFiles, HomeFiles>();
        builder.Services.AddSingleton<IUserDialogs, UserDialogs>();
        builder.Services.AddSingleton<PeopleServices>();
        builder.Services.AddSingleton<ILocalAdministrators, PolkitAdministrators>();
        builder.Services.AddSingleton<IMachineBoot, MachineBoot>();
        builder.Services.AddSingleton<ISessionWatch, SessionWatch>();
        builder.Services.AddSingleton<IMachine>(services => new LinuxMachine(
            services.GetRequiredService<ICommandRunner>(),
            services.GetRequiredService<IInventory>(),
            services.GetRequiredService<PeopleServices>(),
            settings.PrivateDirectory));
        builder.Services.AddSingleton(settings.People);
        builder.Services.AddSingleton<LoginNews>();
        builder.Services.AddSingleton<Administrators>();
        builder.Services.AddSingleton<ILoginSpool>(new LoginSpool(settings.RunDirectory));
        builder.Services.AddSingleton<SessionKeeper>();
        builder.Services.AddSingleton<ISessionEvents>(services => services.GetRequiredService<SessionKeeper>());
        builder.Services.AddFileTransfer(settings.Files);
        WatchedFileTransfer.Watch(builder.Services);
        builder.Services.AddSingleton(settings.Plugins);
        builder.Services.AddSingleton(settings.PluginInstaller);
        builder.Services.AddSingleton<IPluginInstaller, PluginInstaller>();
        builder.Services.AddSingleton<IPluginProgress, TaskProgress>();
        builder.Services.AddSingleton<IPluginRequests, PluginRequests>();
        builder.Services.AddSingleton<IMachineFingerprint, LinuxFingerprint>();
        builder.Services.AddSingleton<ILiderOrders, LiderOrders>();
        builder.Services.AddSingleton<CurrentIdentity>(_ => NewIdentity(log.Secrets));
        builder.Services.AddSingleton<AnswerFlush>();
        builder.Services.AddSingleton<WorkInHand>();
        builder.Services.AddSingleton<PluginNews>();
        builder.Services.AddSingleton<PolicyReport>();
        builder.Services.AddSingleton<LocalRuns>();
        builder.Services.AddAhenkPlugins(settings.PluginHost, settings.Python, settings.PluginLimits);
        builder.Services.AddHostedService<DatabaseCare>();
        builder.UseOrleans(SiloSetup.Configure);
        DiagnosticsSetup.Add(builder.Services, settings.Diagnostics, log);

        // Stopped just before the silo: the agent is watched over while it ends, too.
        builder.Services.AddSingleton<AliveChecks>();
        builder.Services.AddHostedService<Watchdog>();
        builder.Services.AddHostedService<PluginWatch>();
        builder.Services.AddHostedService<ScheduleWatch>();
        builder.Services.AddHostedService<SessionKeeping>();
        builder.Services.AddSingleton<IAgreementPrompt, AgreementPrompt>();
        builder.Services.AddHostedService<AgreementStart>();
        builder.Services.AddHostedService<PolicyStart>();
        builder.Services.AddSingleton<ConfigurationReload>();
        builder.Services.AddHostedService<HangupSignal>();
        builder.Services.AddHostedService<StoppingNews>();
        AddControl(builder.Services);
        builder.Services.AddLiderGateway(settings.Gateway);
        builder.Services.AddHostedService<MemoryTrim>();
        builder.Services.AddHostedService<ConnectionStatus>();
        builder.Services.AddSingleton<OutboxFlush>();
        builder.Services.AddSingleton<AgentEnding>();

        // The last, so that it is stopped first: while it ends the agent's work in order, everything else still runs.
        builder.Services.AddHostedService<OrderlyEnd>();
        return builder.Build();
    }

    private static void AddControl(IServiceCollection services)
    {
        services.AddSingleton<CallerNames>();
        services.AddSingleton<IControlMethods, AgentControl>();
        services.AddSingleton<IControlMethods, TaskControl>();
        services.AddSingleton<PluginControl>();
        services.AddSingleton<IControlMethods>(provider => provider.GetRequiredService<PluginControl>());
        services.AddSingleton<IControlMethods, UserControl>();
        services.AddSingleton<IControlMethods, AgreementControl>();
        services.AddSingleton<IControlMethods, PolicyControl>();
        services.AddSingleton<IControlMethods, ConfigurationControl>();
        services.AddSingleton<IControlMethods, DoctorControl>();
        services.AddSingleton<IControlMethods, TaskDetailControl>();
        services.AddSingleton<IControlMethods, LocalRunControl>();
        services.AddSingleton<IControlMethods, OutboxControl>();
        services.AddSingleton<IControlMethods, SendControl>();
        services.AddSingleton<IControlMethods, DashboardControl>();
        services.AddSingleton<IControlMethods, EventControl>();
        services.AddSingleton<IControlMethods, StopControl>();
        services.AddSingleton<ControlMethods>();
        services.AddHostedService<ControlSocket>();
    }

    private static CurrentIdentity NewIdentity(LogSecrets secrets)
    {
        var identity = new CurrentIdentity();
        identity.Changed += known => secrets.Register(known.Password);
        return identity;
    }
}
