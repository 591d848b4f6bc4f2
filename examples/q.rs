use twilioodbc::{cancel::CancelToken, engine::*, model::Model, twilio::*};
fn main() {
    let base = std::env::args().nth(1).unwrap();
    let mut c = ClientConfig::new("AC00000000000000000000000000000001", Credentials::AuthToken(Secret::from("00000000000000000000000000000001".to_string())));
    c.base_url = Some(base);
    let db = Database::new(Model::builtin(), Client::new(c).unwrap(), false);
    for sql in std::env::args().skip(2) {
        println!("> {sql}");
        let cancel = CancelToken::default(); cancel.arm(None);
        let mut p = match db.prepare(&sql, &cancel) { Ok(p) => p, Err(e) => { println!("  PREPARE {e} native {}", e.native); continue } };
        match p.execute(vec![], 0) {
            Err(e) => println!("  EXEC {e} native {}", e.native),
            Ok(Outcome::Affected(n)) => println!("  affected {n}"),
            Ok(Outcome::Rows(mut r)) => {
                println!("  {}", r.columns().iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(" | "));
                let mut n=0;
                loop { match r.advance() { Ok(true) => { n+=1; if n<=6 { let v: Vec<String> = (0..r.columns().len()).map(|i| format!("{:?}", r.value(i))).collect(); println!("  {}", v.join(" | ")); } } Ok(false) => break, Err(e) => { println!("  FETCH {e} native {}", e.native); break } } }
                println!("  {n} rows {:?}", r.take_warnings());
            }
        }
    }
}
