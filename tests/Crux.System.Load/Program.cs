using System.Net;
using System.Runtime.InteropServices;
using Crux.System.Load;

using var stopping = new CancellationTokenSource();
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
var arguments = new Arguments(args);
try
{
    return arguments.Verb switch
    {
        "echo" => await Wire.EchoAsync(IPEndPoint.Parse(arguments.Required("bind")), stopping.Token),
        "listen" => await Wire.ListenAsync(IPEndPoint.Parse(arguments.Required("bind")), stopping.Token),
        "ping" => await Wire.PingAsync(IPEndPoint.Parse(arguments.Required("to")), stopping.Token),
        "call" => await CallAsync(),
        "find" => await Finder.RunAsync(arguments, stopping.Token),
        "channel" => await ChannelCost.RunAsync(arguments, stopping.Token),
        "attack" => await Attack.RunAsync(arguments, stopping.Token),
        "overhear" => Garbage.Overhear(arguments),
        "garbage" => Garbage.Run(arguments, stopping.Token),
        "burn" => await Burner.RunAsync(arguments, stopping.Token),
        "tls" => await TlsCost.RunAsync(arguments, stopping.Token),
        "streams" => await Streams.RunAsync(arguments, stopping.Token),
        "serve" => await Server.RunAsync(arguments, stopping.Token),
        _ => Usage(),
    };
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}

async Task<int> CallAsync()
{
    using var caller = new Caller(arguments);
    return await caller.RunAsync(arguments, stopping.Token);
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.Cancel();
}

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: echo --bind IP:PORT
               listen --bind IP:PORT
               ping --to IP:PORT
               serve --socket PATH --instance NAME --name NODE
               call --socket PATH --selector NAME [--method table|register] [--loops N] [--calls N] [--pause-ms N]
               find --socket PATH --selector API --loops N --calls N
               attack --socket PATH --selector API --peers IP:PORT --node-key PATH [--handshakes N] [--frames N] [--cpu-percent N]
               burn [--cpu-percent N]
               overhear --bind IP:PORT [--sources N]
               garbage --bind IP --to IP:PORT --copy HEX [--per-second N] [--seconds N] [--bytes N]
               tls --socket PATH [--runs N] [--calls N]
               streams --socket PATH --caller-socket PATH [--streams N]
               channel --socket PATH --selector API [--channels N] [--calls N]
        """);
    return 2;
}
