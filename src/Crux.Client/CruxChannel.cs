using Crux.Client.Attempts;
using Crux.Client.Connect;
using Crux.Client.Selection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Crux.Client;

/// <summary>
/// A channel to whatever instance fits a selector best at each moment. Generated clients take it as any other channel:
/// <c>new Galumph.GalumphClient(CruxChannel.For("galumph2"))</c>.
/// </summary>
/// <remarks>Thread-safe. Make one for each selector and keep it: it holds the connections.</remarks>
public sealed class CruxChannel : ChannelBase, IAsyncDisposable
{
    /// <summary>Only a name: every request goes to the instance that the selector leads to.</summary>
    internal static readonly Uri Address = new("https://crux");

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _invoker;
    private readonly RouteHandler _handler;

    internal CruxChannel(Route route)
        : base(route.Selector.ToString())
    {
        Route = route;
        _handler = new RouteHandler(route);
        _channel = GrpcChannel.ForAddress(Address, new GrpcChannelOptions { HttpHandler = _handler });
        _invoker = _channel.Intercept(new AttemptsInterceptor(route));
    }

    internal Route Route { get; }

    /// <summary>
    /// A channel to the best instance that fits <paramref name="selector"/>: an api (<c>galumph2</c>), an instance
    /// (<c>galumph2_3</c>), or either with a group (<c>crux://group/galumph2</c>). Settings come from <c>CRUX__*</c> in the environment.
    /// </summary>
    /// <param name="configure">Has the last word over the settings.</param>
    /// <exception cref="FormatException">The selector can't be parsed.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting is out of its range.</exception>
    public static CruxChannel For(string selector, Action<CruxClientOptions>? configure = null)
    {
        var parsed = Selector.Parse(selector);
        var options = ClientSettings.FromEnvironment(configure);
        return new CruxChannel(new Route(CruxProcess.Lease(options.Socket, options.ReconnectPause, options.HoldPeriod), parsed, options));
    }

    /// <inheritdoc/>
    public override CallInvoker CreateCallInvoker() => _invoker;

    /// <summary>Closes the connections; calls in flight are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        _handler.Dispose();
        await Route.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override Task ShutdownAsyncCore() => DisposeAsync().AsTask();
}
