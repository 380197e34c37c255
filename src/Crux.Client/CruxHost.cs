using System.Reflection;
using System.Runtime.InteropServices;
using Crux.Client.Connect;
using Crux.Client.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Crux.Client;

/// <summary>Runs a service that is one method: <c>await CruxHost.RunAsync(Galumph2_3, args)</c>.</summary>
public static class CruxHost
{
    /// <summary>
    /// Runs <paramref name="service"/> until it returns. Settings come from <c>appsettings.json</c>, <c>CRUX__*</c> in the environment
    /// and <paramref name="args"/>, in that order. SIGTERM, Ctrl-C and <c>Lifecycle/Quit</c> ask the service to quit.
    /// </summary>
    /// <param name="service">A method with <see cref="CruxServiceAttribute"/>.</param>
    /// <param name="args">The program's arguments, such as <c>--Crux:Socket=/run/crux/reeve.sock</c>.</param>
    /// <exception cref="FormatException">The attribute's instance can't be parsed.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is out of its range.</exception>
    public static async Task RunAsync(CruxServiceMethod service, string[] args)
    {
        using var logging = LoggerFactory.Create(builder => builder.AddSimpleConsole(console => console.SingleLine = true));
        await RunAsync(service, args, logging, CancellationToken.None);
    }

    /// <summary>The same, with a logger of the caller's and a token that asks the service to quit.</summary>
    /// <param name="service">A method with <see cref="CruxServiceAttribute"/>.</param>
    public static async Task RunAsync(CruxServiceMethod service, string[] args, ILoggerFactory logging, CancellationToken cancellationToken)
    {
        var attribute = service.Method.GetCustomAttribute<CruxServiceAttribute>()
            ?? throw new ArgumentException($"{service.Method.Name} has no [CruxService(\"api_version\")]: say which instance it implements.", nameof(service));
        var instance = InstanceName.Parse(attribute.Instance);
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine(args)
            .Build()
            .GetSection(ClientSettings.Section);
        var options = new CruxServiceOptions();
        configuration.Bind(options);
        ClientSettings.Check(options);
        var clientOptions = new CruxClientOptions();
        configuration.Bind(clientOptions);
        ClientSettings.Check(clientOptions);

        await using var lease = new ProcessLease(CruxProcess.Lease(options.Socket, options.ReconnectPause, options.HoldPeriod));
        using var quit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Ask(signal, quit));
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Ask(signal, quit));
        await using var network = new ServiceNetwork(instance, options, clientOptions, lease.Process, logging, quit);
        await network.RunAsync(service);
    }

    private static void Ask(PosixSignalContext signal, CancellationTokenSource quit)
    {
        // Leaving in good order is what the signal asks for; the default would end the process here.
        signal.Cancel = true;
        quit.Cancel();
    }
}
