using Ahenk.Gateway.Xmpp;
using Ahenk.Grains.Interfaces;
using Ahenk.Silo.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ahenk.Silo.Tests;

[Trait("Category", "Unit")]
public sealed class AgentRunTests
{
    [Fact]
    public async Task A_part_that_fails_ends_the_agent_with_a_failure()
    {
        using var host = Build(_ => throw new InvalidOperationException("A part is broken."));

        await AgentRun.RunAsync(host, new TaskCompletionSource().Task);

        Assert.Equal(AgentExit.Failure, host.Services.GetRequiredService<AgentExit>().Code);
    }

    [Fact]
    public async Task A_part_that_fails_while_the_agent_ends_is_a_failure_too()
    {
        var begun = new TaskCompletionSource();
        using var host = Build(async stopping =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            throw new InvalidOperationException("A part is broken.");
        });

        await AgentRun.RunAsync(host, begun.Task);

        Assert.Equal(AgentExit.Failure, host.Services.GetRequiredService<AgentExit>().Code);
    }

    [Fact]
    public async Task Why_it_was_ended_before_a_part_failed_stays_the_reason()
    {
        AgentExit? exit = null;
        using var host = Build(_ =>
        {
            exit!.End(AgentExit.RegistrationRefused, "Lider refuses this machine.");
            throw new InvalidOperationException("A part is broken.");
        });
        exit = host.Services.GetRequiredService<AgentExit>();

        await AgentRun.RunAsync(host, new TaskCompletionSource().Task);

        Assert.Equal(AgentExit.RegistrationRefused, exit.Code);
    }

    [Fact]
    public async Task An_agent_that_is_told_to_end_and_does_so_in_order_has_succeeded()
    {
        var begun = new TaskCompletionSource();
        using var host = Build(stopping =>
        {
            begun.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, stopping);
        });

        await AgentRun.RunAsync(host, begun.Task);

        Assert.Equal(AgentExit.Success, host.Services.GetRequiredService<AgentExit>().Code);
    }

    private static IHost Build(Func<CancellationToken, Task> work)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddSingleton(new EndingOptions());
        builder.Services.AddSingleton<AgentExit>();
        builder.Services.AddHostedService(_ => new Part(work));
        return builder.Build();
    }

    private sealed class Part(Func<CancellationToken, Task> work) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken) => await work(stoppingToken);
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
