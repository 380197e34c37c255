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
        "ping" => await Wire.PingAsync(IPEndPoint.Parse(arguments.Required("to")), stopping.Token),
        _ => Usage(),
    };
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.Cancel();
}

static int Usage()
{
    Console.Error.WriteLine("Usage: echo --bind IP:PORT | ping --to IP:PORT");
    return 2;
}
