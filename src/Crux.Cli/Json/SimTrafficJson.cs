namespace Crux.Cli.Json;

internal sealed record SimTrafficJson(double Seconds, SimSpreadJson Datagrams, SimSpreadJson Bytes, SimSpreadJson BytesWithHeaders);
